import type { Schemas } from '@/app/http'
import type { JsonObject } from '@/offline'
import { NOTHING_SAID, placeOf, type SaidPlace } from '../report/place'
import type { Edition } from '../inspections/editions'
import type { Kind } from './checklists'

export type Result = Schemas['Seen']['result']

/** One item, as far as it is looked at. */
export interface SeenDraft {
  code: string
  result: Result | null
  note: string
  photos: string[]
  isFixed: boolean
  putRightBy: string
}

/** A round or a self-check, as far as it is written. */
export interface WalkDraft {
  checklist: string
  edition: string // that the answers are of
  unitId: string
  place: SaidPlace
  walkedBy: string
  answers: SeenDraft[]
  note: string
  photos: string[]
}

export const newWalk = (): WalkDraft => ({ checklist: '', edition: '', unitId: '', place: { ...NOTHING_SAID }, walkedBy: '', answers: [], note: '', photos: [] })

/** The answers in the order of the edition, those that are missing begun; of another checklist nothing is taken over. */
export function begun(draft: WalkDraft, edition: Edition): SeenDraft[] {
  const isSame = draft.checklist === edition.code && draft.edition === edition.edition
  const known = new Map(isSame ? draft.answers.map((answer) => [answer.code, answer]) : [])
  return edition.items.map(({ code }) => known.get(code) ?? { code, result: null, note: '', photos: [], isFixed: false, putRightBy: '' })
}

export type Lack = 'place' | 'answers' | 'notes' | 'days'

/** What is still missing, in the order of the form. */
export function lacksOf(kind: Kind, draft: WalkDraft, hasPosition: boolean, today: string): Lack[] {
  const lacks: Lack[] = []
  const bad = draft.answers.filter((answer) => answer.result === 'BAD')
  const isPlaced = draft.unitId !== '' || hasPosition || (draft.place.regionCode !== '' && [draft.place.sumu, draft.place.gacha, draft.place.household, draft.place.landmark].some((word) => word.trim()))
  if (kind === 'GRID_PATROL' && !isPlaced) lacks.push('place')
  if (draft.answers.length === 0 || draft.answers.some((answer) => answer.result === null)) lacks.push('answers')
  if (bad.some((answer) => answer.note.trim() === '' && answer.photos.length === 0)) lacks.push('notes')
  if (kind === 'UNIT_SELF_CHECK' && bad.some((answer) => !answer.isFixed && answer.putRightBy < today)) lacks.push('days')
  return lacks
}

/** As the server wants it. */
export function argsOf(kind: Kind, draft: WalkDraft, edition: Edition, position: Schemas['Position'] | null, checkedAt: string): JsonObject {
  const isAtUnit = draft.unitId !== ''
  return {
    kind, unit_id: draft.unitId || null, checklist: edition.code, edition: edition.edition, walked_by: draft.walkedBy.trim(),
    place: isAtUnit ? null : (placeOf(position, draft.place) as JsonObject), place_name: isAtUnit ? '' : draft.place.placeName.trim(),
    answers: draft.answers.map(({ code, result, note, photos, isFixed, putRightBy }) => ({
      code, result, note: note.trim(), photos: [...photos], is_fixed: isFixed,
      put_right_by: kind === 'UNIT_SELF_CHECK' && result === 'BAD' && !isFixed ? putRightBy : null,
    })),
    note: draft.note.trim(), photos: [...draft.photos], position: position as JsonObject | null, checked_at: checkedAt,
  }
}
