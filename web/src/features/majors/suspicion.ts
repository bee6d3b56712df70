import { majorCriteria } from '@/generated/major-criteria'
import type { JsonObject } from '@/offline'

/** A clause that the officers suspect it by, and what meets it there. */
export interface Criterion {
  clause: string
  note: string
}

/** What two officers take for a major hazard, as far as it is written. */
export interface Suspicion {
  unitName: string
  unitId: string | null
  place: string
  facts: string
  criteria: Criterion[]
  photos: string[]
}

export const newSuspicion = (): Suspicion => ({ unitName: '', unitId: null, place: '', facts: '', criteria: [{ clause: '', note: '' }], photos: [] })

type Edition = (typeof majorCriteria.editions)[number]

/** The edition of the standard in force on a day. */
export function editionOn(day: string): Edition {
  const inForce = majorCriteria.editions.filter((edition) => edition.effective_from <= day)
  return inForce.at(-1) ?? majorCriteria.editions[0]!
}

/** Whether a clause is a ground for judging, or stands below one: 7.3.4 is one of 7.3. */
export function isGround(edition: Edition, number: string): boolean {
  return edition.clauses.some(({ clause, kind }) => (kind === 'DIRECT' || kind === 'OVERALL') && (number === clause || number.startsWith(`${clause}.`)))
}

export type Lack = 'unit' | 'place' | 'facts' | 'criteria' | 'clause' | 'photos'
const SHORTEST = 2 // as the server has it

const written = (draft: Suspicion): Criterion[] =>
  draft.criteria.map(({ clause, note }) => ({ clause: clause.trim(), note: note.trim() })).filter(({ clause, note }) => clause !== '' || note !== '')

/** What is still missing, in the order of the form. */
export function lacksOf(draft: Suspicion, day: string): Lack[] {
  const lacks: Lack[] = []
  const criteria = written(draft)
  if (draft.unitName.trim() === '') lacks.push('unit')
  if (draft.place.trim() === '') lacks.push('place')
  if (draft.facts.trim().length < SHORTEST) lacks.push('facts')
  if (criteria.length === 0 || criteria.some(({ clause, note }) => clause === '' || note === '')) lacks.push('criteria')
  else if (!criteria.every(({ clause }) => isGround(editionOn(day), clause))) lacks.push('clause')
  if (draft.photos.length === 0) lacks.push('photos')
  return lacks
}

/** The line as it goes to the server. */
export function lineOf(draft: Suspicion, cameOf: { type: 'hazard' | 'inspection'; id: string }, day: string): JsonObject {
  return {
    [`${cameOf.type}_id`]: cameOf.id, unit_id: draft.unitId, unit_name: draft.unitName.trim(), place: draft.place.trim(), facts: draft.facts.trim(),
    criteria: written(draft).map(({ clause, note }) => ({ clause, note })), inspected_on: day, photos: draft.photos,
  }
}
