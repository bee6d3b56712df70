import { host } from './host'

export const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
export const SHEETS = `.csv,.xlsx,text/csv,${XLSX}`

/** How a sheet goes to the API: the file itself, of the kind that its name says (Excel calls a CSV its own elsewhere). */
export function sheetRequest(file: File): { body: never; bodySerializer: () => File; headers: { 'Content-Type': string } } {
  const kind = file.name.toLowerCase().endsWith('.xlsx') ? XLSX : 'text/csv'
  return { body: file as never, bodySerializer: () => file, headers: { 'Content-Type': kind } }
}

/** Hand a downloaded sheet to whoever reads here. */
export async function saveSheet(data: unknown, name: string): Promise<void> {
  const blob = data as Blob
  await host.saveFile(new File([blob], name, { type: blob.type }))
}
