import type { HeldSource } from '@/app/held'
import type { JsonObject, MutateOptions } from '@/offline'
import { changesOf, numberOf } from './pack'

/** What is typed of a water source, as it stands in the fields. */
export interface SourceDraft {
  id: string // of a new one, too, from the first moment: however often it is saved, it is one
  region: string
  kind: string
  name: string
  place: string
  position: HeldSource['position']
  flow: string
  volume: string
  outlets: string
  freezesFrom: string
  freezesTo: string
  note: string
  photos: string[]
}

export const newDraft = (): SourceDraft => ({
  id: '', region: '', kind: '', name: '', place: '', position: null, flow: '', volume: '', outlets: '', freezesFrom: '', freezesTo: '', note: '', photos: [],
})

export const draftOf = (source: HeldSource): SourceDraft => ({
  id: source.id, region: source.region_code, kind: source.kind, name: source.name, place: source.place, position: source.position, flow: String(source.flow_lps ?? ''), volume: String(source.volume_m3 ?? ''),
  outlets: source.outlets, freezesFrom: source.freezes_from ?? '', freezesTo: source.freezes_to ?? '', note: source.note, photos: [...source.photo_ids],
})

/** As a record holds them. */
export const fieldsOf = (draft: SourceDraft): JsonObject => ({
  kind: draft.kind, name: draft.name.trim(), place: draft.place.trim(), position: draft.position as JsonObject | null, flow_lps: numberOf(draft.flow), volume_m3: numberOf(draft.volume),
  outlets: draft.outlets.trim(), freezes_from: draft.freezesFrom.trim() || null, freezes_to: draft.freezesTo.trim() || null, note: draft.note.trim(), photo_ids: [...draft.photos],
})

const DAY_OF_YEAR = /^((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8]))$/

/** What the server takes at most (workflow/rescue/schemas.py). */
export const MOST = { flow: 1000, volume: 10_000_000 } as const

export type Lack = 'kind' | 'name' | 'place' | 'season' | keyof typeof MOST

/** What still has to be said, so that the server takes it days later. */
export function lacksOf(draft: SourceDraft): Lack[] {
  const days = [draft.freezesFrom.trim(), draft.freezesTo.trim()]
  const isSeason = days.every((day) => day === '') || days.every((day) => DAY_OF_YEAR.test(day))
  const tooMuch = (['flow', 'volume'] as const).filter((name) => {
    const amount = numberOf(draft[name])
    return draft[name].trim() !== '' && !(amount !== null && amount > 0 && amount <= MOST[name])
  })
  const empty = (['kind', 'name', 'place'] as const).filter((name) => draft[name].trim() === '')
  return [...empty, ...(isSeason ? [] : ['season' as const]), ...tooMuch]
}

/** What saving means: it is added where nobody has entered it (`was` is null), else edited; null where nothing was changed. */
export function actOf(draft: SourceDraft, was: SourceDraft | null, region: string): { name: string; args: JsonObject; changes: MutateOptions['changes'] } | null {
  if (was === null) return { name: 'water_source.add', args: { ...fieldsOf(draft), region_code: region, state: 'USABLE' }, changes: {} }
  const changes = changesOf(fieldsOf(was), fieldsOf(draft))
  return Object.keys(changes).length > 0 ? { name: 'water_source.edit', args: {}, changes } : null
}
