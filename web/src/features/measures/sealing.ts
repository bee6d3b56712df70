import type { JsonObject } from '@/offline'

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
}

export const newSealing = (): SealDraft => ({
  unitName: '', unitId: null, place: '', danger: '', isAtOnce: false, approvedAt: null, sealedAt: null, record: '', attendedBy: '', witnessName: '', photos: [],
})

export type Lack = 'unit' | 'place' | 'danger' | 'approved_at' | 'sealed_at' | 'order' | 'record' | 'witness' | 'photos'
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
  return lacks
}

/** The two lines of a sealing: that it is meant, and what the officers sign. */
export function linesOf(draft: SealDraft, cameOf: { type: 'hazard' | 'inspection'; id: string }, today: string, position: JsonObject | null): { open: JsonObject; name: string; act: JsonObject } {
  const open: JsonObject = {
    [`${cameOf.type}_id`]: cameOf.id, unit_id: draft.unitId, unit_name: draft.unitName.trim(), place: draft.place.trim(), danger: draft.danger.trim(), inspected_on: today,
  }
  if (!draft.isAtOnce) return { open, name: 'measure.propose', act: { photos: draft.photos } }
  const act: JsonObject = {
    approved_at: draft.approvedAt, sealed_at: draft.sealedAt, record: draft.record.trim(), attended_by: draft.attendedBy.trim(),
    witness_name: draft.witnessName.trim(), photos: draft.photos, position,
  }
  return { open, name: 'measure.seal_at_once', act }
}
