import type { HeldMeasure, MeasureStep } from '@/app/held'
import type { JsonObject } from '@/offline'

/** What two officers write at a place that is sealed, or that was told to stop, as far as it is. */
export interface MeasureDraft {
  servedAt: string | null
  signed: 'PARTY' | 'REFUSED'
  partyName: string
  witnessName: string
  isRemoved: 'yes' | 'no' | '' // whether the danger is gone
  words: string // what was done or found there
  photos: string[]
}

export const newMeasureVisit = (): MeasureDraft => ({ servedAt: null, signed: 'PARTY', partyName: '', witnessName: '', isRemoved: '', words: '', photos: [] })

export type MeasureLack = 'served_at' | 'served_early' | 'party' | 'refusal' | 'removed' | 'record' | 'found' | 'served_photos'
const SHORTEST = 2 // as the server has it

/** What is still missing, in the order of the form. */
export function lacksOfMeasure(step: MeasureStep, measure: HeldMeasure, draft: MeasureDraft): MeasureLack[] {
  const lacks: MeasureLack[] = []
  const isWordless = draft.words.trim().length < SHORTEST
  if (step !== 'serve') {
    if (step !== 'confirm_stopped' && draft.isRemoved === '') lacks.push('removed')
    return isWordless ? [...lacks, 'found'] : lacks
  }
  if (draft.servedAt === null) lacks.push('served_at')
  else if (Date.parse(draft.servedAt) < minuteOf(measure.decision?.at ?? draft.servedAt)) lacks.push('served_early')
  if (draft.signed === 'PARTY' && draft.partyName.trim() === '') lacks.push('party')
  if (draft.signed === 'REFUSED' && draft.witnessName.trim() === '') lacks.push('refusal')
  if (isWordless) lacks.push('record')
  if (draft.photos.length === 0) lacks.push('served_photos')
  return lacks
}

/** What a person enters names no seconds. */
const minuteOf = (moment: string): number => Math.floor(Date.parse(moment) / 60_000) * 60_000

/** The act: its name, and its arguments as the server takes them. */
export function actOfMeasure(step: MeasureStep, draft: MeasureDraft, position: JsonObject | null, checkedAt: string): { name: string; args: JsonObject } {
  const { photos, signed } = draft
  const words = draft.words.trim()
  if (step === 'serve') {
    const party_name = signed === 'PARTY' ? draft.partyName.trim() : ''
    const witness_name = signed === 'REFUSED' ? draft.witnessName.trim() : ''
    return { name: 'measure.serve', args: { served_at: draft.servedAt, signed, party_name, witness_name, record: words, photos } }
  }
  const found = { finding: words, photos, position, checked_at: checkedAt }
  return step === 'confirm_stopped' ? { name: 'measure.confirm_stopped', args: found } : { name: 'measure.check', args: { ...found, is_removed: draft.isRemoved === 'yes' } }
}
