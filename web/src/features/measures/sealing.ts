import type { JsonObject } from '@/offline'
import { recordPaper, type SpotPaper } from '../papers/filling'
import type { FreeNumber } from '../papers/numbers'
import { newServed, servedOf, type ServedDraft } from '../papers/served'

/** What two officers write of a place that is to be sealed, as far as it is. */
export interface SealDraft {
  unitName: string
  unitId: string | null
  place: string
  danger: string
  isAtOnce: boolean
  approvedAt: string | null
  sealedAt: string | null
  record: string
  attendedBy: string
  witnessName: string
  photos: string[]
  colleague: string // whose name the record has beside one's own
  served: ServedDraft
}

export const newSealing = (): SealDraft => ({
  unitName: '', unitId: null, place: '', danger: '', isAtOnce: false, approvedAt: null, sealedAt: null, record: '', attendedBy: '', witnessName: '', photos: [],
  colleague: '', served: newServed(),
})

export type Lack = 'unit' | 'place' | 'danger' | 'approved_at' | 'sealed_at' | 'order' | 'record' | 'witness' | 'photos' | 'attended' | 'colleague'
const SHORTEST = 2 // as the server has it

/** What is still missing, in the order of the form. */
export function lacksOf(draft: SealDraft): Lack[] {
  const lacks: Lack[] = []
  if (draft.unitName.trim() === '') lacks.push('unit')
  if (draft.place.trim() === '') lacks.push('place')
  if (draft.danger.trim().length < SHORTEST) lacks.push('danger')
  if (!draft.isAtOnce) return lacks
  if (draft.approvedAt === null) lacks.push('approved_at')
  if (draft.sealedAt === null) lacks.push('sealed_at')
  if (draft.approvedAt !== null && draft.sealedAt !== null && draft.approvedAt > draft.sealedAt) lacks.push('order')
  if (draft.record.trim().length < SHORTEST) lacks.push('record')
  if (draft.attendedBy.trim() === '' && draft.witnessName.trim() === '') lacks.push('witness')
  if (draft.photos.length === 0) lacks.push('photos')
  if (!draft.served.isServed) return lacks
  if (draft.attendedBy.trim() === '') lacks.push('attended')
  if (draft.colleague.trim() === '') lacks.push('colleague')
  return lacks
}

const officersOf = (draft: SealDraft, own: string): string => `${own}、${draft.colleague.trim()}`

/** 《临时查封现场笔录》 of the two officers, `own` being the name of the one who writes it. */
export function recordOf(draft: SealDraft, own: string): SpotPaper {
  return recordPaper({
    unitName: draft.unitName.trim(), place: draft.place.trim(), danger: draft.danger.trim(), record: draft.record.trim(), officers: officersOf(draft, own),
    attendedBy: draft.attendedBy.trim(), witnessName: draft.witnessName.trim(), sealedAt: draft.sealedAt === null ? null : new Date(draft.sealedAt),
  })
}

/** The two lines of a sealing: that it is meant, and what the officers sign. */
export function linesOf(
  draft: SealDraft, cameOf: { type: 'hazard' | 'inspection'; id: string }, today: string, position: JsonObject | null, own: string, free: readonly FreeNumber[],
): { open: JsonObject; name: string; act: JsonObject } {
  const open: JsonObject = {
    [`${cameOf.type}_id`]: cameOf.id, unit_id: draft.unitId, unit_name: draft.unitName.trim(), place: draft.place.trim(), danger: draft.danger.trim(), inspected_on: today,
  }
  if (!draft.isAtOnce) return { open, name: 'measure.propose', act: { photos: draft.photos } }
  const served = servedOf(draft.served, free, recordOf(draft, own))
  const act: JsonObject = {
    approved_at: draft.approvedAt, sealed_at: draft.sealedAt, record: draft.record.trim(), attended_by: draft.attendedBy.trim(),
    witness_name: draft.witnessName.trim(), photos: draft.photos, position,
    served: served && { ...served, officers: officersOf(draft, own) },
  }
  return { open, name: 'measure.seal_at_once', act }
}
