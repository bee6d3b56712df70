import type { Schemas } from '@/app/http'
import type { JsonObject } from '@/offline'
import { orderPaper, type OrderWords } from '../papers/filling'
import type { FreeNumber } from '../papers/numbers'
import { newServed, servedOf, type ServedDraft } from '../papers/served'

export type Result = 'true' | 'false' | 'fixed'

export interface Item {
  description: string
  clause: string
  photos: string[]
}

/** What two officers write on the spot, as far as it is. */
export interface FindingDraft {
  result: Result | null
  finding: string
  photos: string[]
  noEvidenceReason: string
  lateReason: string
  kind: 'IMMEDIATE' | 'DEADLINE'
  dueOn: string // 2026-12-10
  unitName: string
  unitId: string | null
  items: Item[]
  served: ServedDraft
}

export const MUTATIONS: Record<Result, string> = { true: 'hazard.verify_true', false: 'hazard.verify_false', fixed: 'hazard.fix_on_site' }

export function newDraft(): FindingDraft {
  return {
    result: null, finding: '', photos: [], noEvidenceReason: '', lateReason: '', kind: 'DEADLINE', dueOn: '', unitName: '', unitId: null, items: [], served: newServed(),
  }
}

export type Lack = 'result' | 'finding' | 'evidence' | 'late' | 'items' | 'item_words' | 'due'
const SHORTEST = 2 // as the server has it

/** What is still missing, in the order of the form. The server asks the same; here nobody is there to say so. */
export function lacksOf(draft: FindingDraft, about: { hasPosition: boolean; isLate: boolean; today: string }): Lack[] {
  const lacks: Lack[] = []
  if (draft.result === null) return ['result']
  if (draft.result === 'true') {
    if (draft.items.length === 0) lacks.push('items')
    if (draft.items.some((item) => item.description.trim().length < SHORTEST)) lacks.push('item_words')
    if (draft.kind === 'DEADLINE' && draft.dueOn <= about.today) lacks.push('due')
  }
  if (draft.finding.trim().length < SHORTEST) lacks.push('finding')
  const hasPhoto = draft.photos.length > 0 || (draft.result === 'true' && draft.items.some((item) => item.photos.length > 0))
  if (!hasPhoto && !about.hasPosition && draft.noEvidenceReason.trim() === '') lacks.push('evidence')
  if (about.isLate && draft.lateReason.trim() === '') lacks.push('late')
  return lacks
}

/** The arguments of the act, as the server takes them. */
export function argumentsOf(draft: FindingDraft, position: Schemas['Position'] | null, checkedAt: string, free: readonly FreeNumber[] = []): JsonObject {
  const found = {
    finding: draft.finding.trim(),
    photos: draft.photos,
    position: position as JsonObject | null,
    checked_at: checkedAt,
    no_evidence_reason: draft.noEvidenceReason.trim(),
    late_reason: draft.lateReason.trim(),
  }
  if (draft.result !== 'true') return found
  const items = draft.items.map(({ description, clause, photos }) => ({ description: description.trim(), clause: clause.trim(), photos }))
  const due_on = draft.kind === 'DEADLINE' ? draft.dueOn : null
  const served = servedOf(draft.served, free, orderPaper(wordsOf(draft)))
  return { ...found, order: { kind: draft.kind, due_on, unit_name: draft.unitName.trim(), unit_id: draft.unitId, items, served } }
}

/** The order, as its paper says it. */
export function wordsOf(draft: Pick<FindingDraft, 'kind' | 'dueOn' | 'unitName' | 'items'>): OrderWords {
  const items = draft.items.map(({ description, clause }) => ({ description: description.trim(), clause: clause.trim() }))
  return { kind: draft.kind, dueOn: draft.kind === 'DEADLINE' ? draft.dueOn : null, unitName: draft.unitName.trim(), items }
}

/** A day of the region's calendar, so many days from a moment. */
export function dayAfter(moment: number, days: number): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(new Date(moment + days * 86_400_000))
}
