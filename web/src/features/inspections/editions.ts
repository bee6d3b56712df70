import type { Schemas } from '@/app/http'

export type Edition = Schemas['Checklist']

/** The editions of one checklist, the latest first. */
export interface Checklist {
  readonly code: string
  readonly editions: readonly Edition[]
}

/** Every checklist with its editions. */
export function checklistsOf(editions: readonly Edition[]): Checklist[] {
  const codes = [...new Set(editions.map((one) => one.code))]
  return codes.map((code) => ({ code, editions: editions.filter((one) => one.code === code).reverse() }))
}

/** The one that an inspection of that day goes by; null where none is in force yet. */
export const inForce = (list: Checklist, day: string): Edition | null => list.editions.find((one) => one.effective_from <= day) ?? null

/** An item as it is being written. */
export interface Item {
  code: string
  text: string
  clause: string
}

/** A code for one more item: what was inspected by an earlier one is never read as this. */
export function nextCode(items: readonly Item[]): string {
  const numbers = items.map((item) => Number(/\d+$/.exec(item.code)?.[0] ?? 0))
  const stem = items[0]?.code.replace(/\d+$/, '') || 'ITEM_'
  return `${stem}${String(Math.max(0, ...numbers) + 1).padStart(2, '0')}`
}
