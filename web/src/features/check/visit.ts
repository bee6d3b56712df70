import { visitOf, type HeldPermit } from '@/app/held'
import type { Schemas } from '@/app/http'
import type { JsonObject } from '@/offline'
import type { Item } from './finding'

/** What two officers write of a place that is to open, as far as it is. */
export interface VisitDraft {
  result: 'pass' | 'fail' | 'defer' | null // defer: the place was closed, or nobody who may speak for it was there
  checklist: (0 | 1 | null)[]
  attendedBy: string
  finding: string
  photos: string[]
  orders: Item[]
  dueOn: string // 2026-12-10
  reason: string // why nothing could be looked at
}

export function newVisit(items: number): VisitDraft {
  return { result: null, checklist: Array.from({ length: items }, () => null), attendedBy: '', finding: '', photos: [], orders: [], dueOn: '', reason: '' }
}

export type VisitLack = 'result' | 'checklist' | 'contradiction' | 'attended_by' | 'finding' | 'orders' | 'order_words' | 'due' | 'reason'
const SHORTEST = 2 // as the server has it

/** Only what was granted on a promise is ordered to be put right there and then: the others wait for the decision. */
export const asksForOrders = (permit: HeldPermit, draft: VisitDraft): boolean => draft.result === 'fail' && visitOf(permit) === 'verify'

/** What is still missing, in the order of the form. */
export function lacksOfVisit(permit: HeldPermit, draft: VisitDraft, today: string): VisitLack[] {
  if (draft.result === null) return ['result']
  if (draft.result === 'defer') return draft.reason.trim().length < SHORTEST ? ['reason'] : []
  const lacks: VisitLack[] = []
  if (draft.checklist.includes(null)) lacks.push('checklist')
  if (draft.result === 'pass' && draft.checklist.includes(0)) lacks.push('contradiction')
  if (asksForOrders(permit, draft)) {
    if (draft.orders.length === 0) lacks.push('orders')
    if (draft.orders.some((order) => order.description.trim().length < SHORTEST)) lacks.push('order_words')
    if (draft.dueOn <= today) lacks.push('due')
  }
  if (draft.attendedBy.trim() === '') lacks.push('attended_by')
  if (draft.finding.trim().length < SHORTEST) lacks.push('finding')
  return lacks
}

/** The act: its name, and its arguments as the server takes them. */
export function actOfVisit(permit: HeldPermit, draft: VisitDraft, position: Schemas['Position'] | null, checkedAt: string): { name: string; args: JsonObject } {
  if (draft.result === 'defer') return { name: 'permit.defer', args: { reason: draft.reason.trim() } }
  const found = {
    finding: draft.finding.trim(),
    attended_by: draft.attendedBy.trim(),
    checklist: draft.checklist.filter((conforms) => conforms !== null),
    photos: draft.photos,
    position: position as JsonObject | null,
    checked_at: checkedAt,
  }
  const orders = draft.orders.map(({ description, clause }) => ({ description: description.trim(), clause: clause.trim() || null }))
  const args = asksForOrders(permit, draft) ? { ...found, orders, due_on: draft.dueOn } : found
  return { name: `permit.${visitOf(permit)}_${draft.result}`, args }
}
