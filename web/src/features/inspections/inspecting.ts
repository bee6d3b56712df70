import type { HeldInspection } from '@/app/held'
import type { Schemas } from '@/app/http'
import type { JsonObject } from '@/offline'
import type { Item } from '../check/finding'
import { orderPaper, type OrderWords } from '../papers/filling'
import type { FreeNumber } from '../papers/numbers'
import { newServed, servedOf, type ServedDraft } from '../papers/served'

export type Result = 'GOOD' | 'BAD' | 'NOT_APPLICABLE'

/** One item of the checklist, as far as it is looked at. */
export interface AnswerDraft {
  code: string
  result: Result | null
  note: string
  photos: string[]
  isFixed: boolean
  fixedPhotos: string[]
}

/** What two officers write at a place that they inspect, as far as it is. */
export interface InspectionDraft {
  answers: AnswerDraft[]
  kind: 'IMMEDIATE' | 'DEADLINE'
  dueOn: string
  clauses: Record<string, string> // of items whose clause was changed
  finding: string
  attendedBy: string
  partyRefused: boolean
  photos: string[]
  served: ServedDraft
}

export function newInspection(): InspectionDraft {
  return { answers: [], kind: 'DEADLINE', dueOn: '', clauses: {}, finding: '', attendedBy: '', partyRefused: false, photos: [], served: newServed() }
}

/** The answers in the order of the checklist, those that are missing begun. */
export function begun(draft: InspectionDraft, inspection: HeldInspection): AnswerDraft[] {
  const known = new Map(draft.answers.map((answer) => [answer.code, answer]))
  return inspection.checklist.items.map(
    ({ code }) => known.get(code) ?? { code, result: null, note: '', photos: [], isFixed: false, fixedPhotos: [] },
  )
}

/** What the answers come to: nothing wrong, all put right there and then, or an order for what was not. */
export function actionOf(answers: readonly AnswerDraft[]): 'find_none' | 'fix_on_site' | 'order' {
  const bad = answers.filter((answer) => answer.result === 'BAD')
  if (bad.length === 0) return 'find_none'
  return bad.every((answer) => answer.isFixed) ? 'fix_on_site' : 'order'
}

/** What is ordered: each fault that was not put right, in the words of its note, with the clause of its item. */
export function itemsOf(draft: InspectionDraft, inspection: HeldInspection): Item[] {
  const texts = new Map(inspection.checklist.items.map((item) => [item.code, item]))
  return draft.answers
    .filter((answer) => answer.result === 'BAD' && !answer.isFixed)
    .map((answer) => ({ description: answer.note.trim(), clause: draft.clauses[answer.code] ?? texts.get(answer.code)?.clause ?? '', photos: answer.photos }))
}

/** The order, as its paper says it. */
export function wordsOf(draft: InspectionDraft, inspection: HeldInspection): OrderWords {
  return { kind: draft.kind, dueOn: draft.kind === 'DEADLINE' ? draft.dueOn : null, unitName: inspection.unit_name, items: itemsOf(draft, inspection) }
}

export type Lack = 'answers' | 'notes' | 'fixed_photos' | 'due' | 'finding'
const SHORTEST = 2 // as the server has it

/** What is still missing, in the order of the form. */
export function lacksOf(draft: InspectionDraft, today: string): Lack[] {
  const lacks: Lack[] = []
  const bad = draft.answers.filter((answer) => answer.result === 'BAD')
  if (draft.answers.length === 0 || draft.answers.some((answer) => answer.result === null)) lacks.push('answers')
  if (bad.some((answer) => answer.note.trim().length < SHORTEST)) lacks.push('notes')
  if (bad.some((answer) => answer.isFixed && answer.fixedPhotos.length === 0)) lacks.push('fixed_photos')
  if (actionOf(draft.answers) === 'order' && draft.kind === 'DEADLINE' && draft.dueOn <= today) lacks.push('due')
  if (draft.finding.trim().length < SHORTEST) lacks.push('finding')
  return lacks
}

/** The act: its name, and its arguments as the server takes them. */
export function actOf(
  draft: InspectionDraft, inspection: HeldInspection, free: readonly FreeNumber[], position: Schemas['Position'] | null, checkedAt: string,
): { name: string; args: JsonObject } {
  const action = actionOf(draft.answers)
  const found = {
    answers: draft.answers.map(({ code, result, note, photos, isFixed, fixedPhotos }) => ({ code, result, note: note.trim(), photos, is_fixed: isFixed, fixed_photos: fixedPhotos })),
    finding: draft.finding.trim(),
    attended_by: draft.attendedBy.trim(),
    party_refused: draft.partyRefused,
    photos: draft.photos,
    position: position as JsonObject | null,
    checked_at: checkedAt,
  }
  if (action !== 'order') return { name: `inspection.${action}`, args: found }
  const { kind, dueOn, unitName } = wordsOf(draft, inspection)
  const items = itemsOf(draft, inspection) as unknown as JsonObject[]
  const served = servedOf(draft.served, free, orderPaper(wordsOf(draft, inspection)))
  return { name: 'inspection.order', args: { ...found, order: { kind, due_on: dueOn, unit_name: unitName, unit_id: inspection.unit_id, items, served } } }
}
