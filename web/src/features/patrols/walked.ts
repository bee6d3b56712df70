import { api, NoNetwork, type Schemas } from '@/app/http'
import type { Device, Sealed } from '@/offline'
import { everyEdition } from './checklists'

export type Data = Schemas['PatrolData']
type Reports = Schemas['Patrol']['reports']

/** A round or a self-check as this device has it, or the server. */
export interface Walked {
  readonly data: Omit<Data, 'number' | 'state'> & { readonly number: string | null; readonly state: Data['state'] }
  readonly isWaiting: boolean // something of it was saved here and has not arrived
  readonly mid: string | null // of the act that recorded it, while it waits
  readonly doneHere: readonly string[] // items that were said here to be put right
  readonly reports: Reports | null // null while there is no network
}

const open = (lines: readonly Sealed[], id: string): Sealed[] => lines.filter((line) => line.entityId === id && line.outcome === null)
const argsOf = (line: Sealed): Record<string, unknown> => (JSON.parse(line.line) as { args: Record<string, unknown> }).args

/** Null if neither the device has it nor the server shows it. Raises Refused where the server says why. */
export async function walkedOf(device: Device, id: string): Promise<Walked | null> {
  const lines = open(await device.outbox(), id)
  const recorded = lines.find((line) => line.name === 'patrol.record')
  const doneHere = lines.filter((line) => line.name === 'patrol.put_right').map((line) => String(argsOf(line)['code']))
  const common = { isWaiting: lines.length > 0, mid: recorded?.mid ?? null, doneHere }
  if (recorded) return { ...common, data: await asItWillBe(argsOf(recorded)), reports: null }
  if (navigator.onLine) {
    try {
      const { data, reports } = (await api.GET('/api/v1/patrols/{patrol_id}', { params: { path: { patrol_id: id } } })).data!
      return { ...common, data, reports }
    } catch (error) {
      if (!(error instanceof NoNetwork)) throw error
    }
  }
  const held = (await device.shown('patrol', id)) as unknown as Data | null
  return held && 'number' in held ? { ...common, data: held, reports: null } : null
}

/** What was saved here, in the shape in which the server will show it. */
async function asItWillBe(args: Record<string, unknown>): Promise<Walked['data']> {
  const said = args as unknown as Omit<Schemas['CreatePatrol'], 'answers'> & { answers: Omit<Schemas['Seen'], 'put_right'>[] }
  const edition = (await everyEdition()).find((one) => one.code === said.checklist && one.edition === said.edition)
  const answers = said.answers.map((answer) => ({ ...answer, put_right: null }))
  const { sumu = null, gacha = null, household = null, landmark = null } = said.place ?? {}
  return {
    number: null, kind: said.kind, state: answers.some((answer) => answer.put_right_by) ? 'PUTTING_RIGHT' : 'DONE', region_code: said.place?.region_code ?? '',
    unit_id: said.unit_id ?? null, place_name: said.place_name ?? '', address: { region_name: '', sumu, gacha, household, landmark }, lon: null, lat: null,
    walked_by: said.walked_by ?? '', checked_at: said.checked_at ?? '', device_at: null,
    checklist: { code: said.checklist, edition: said.edition, title: edition?.title ?? '', items: edition?.items ?? [] },
    answers, note: said.note ?? '', photo_ids: said.photos ?? [], due_at: null,
  }
}
