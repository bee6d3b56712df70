import type { HeldSource } from '@/app/held'
import { numberOf } from './pack'

/** What is typed of a water source, as it stands in the fields. */
export interface SourceDraft {
  isBegun: boolean // of one that is there: its values were filled in
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
  isBegun: false, region: '', kind: '', name: '', place: '', position: null, flow: '', volume: '', outlets: '', freezesFrom: '', freezesTo: '', note: '', photos: [],
})

export const draftOf = (source: HeldSource): Omit<SourceDraft, 'isBegun'> => ({
  region: source.region_code, kind: source.kind, name: source.name, place: source.place, position: source.position, flow: String(source.flow_lps ?? ''), volume: String(source.volume_m3 ?? ''),
  outlets: source.outlets, freezesFrom: source.freezes_from ?? '', freezesTo: source.freezes_to ?? '', note: source.note, photos: [...source.photo_ids],
})

/** As a record holds them. */
export const fieldsOf = (draft: SourceDraft) => ({
  kind: draft.kind, name: draft.name.trim(), place: draft.place.trim(), position: draft.position, flow_lps: numberOf(draft.flow), volume_m3: numberOf(draft.volume),
  outlets: draft.outlets.trim(), freezes_from: draft.freezesFrom.trim() || null, freezes_to: draft.freezesTo.trim() || null, note: draft.note.trim(), photo_ids: [...draft.photos],
})

const DAY_OF_YEAR = /^((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8]))$/

export type Lack = 'kind' | 'name' | 'place' | 'season' | 'amount'

/** What still has to be said, so that the server takes it days later. */
export function lacksOf(draft: SourceDraft): Lack[] {
  const days = [draft.freezesFrom.trim(), draft.freezesTo.trim()]
  const amounts = [draft.flow, draft.volume].filter((typed) => String(typed).trim() !== '')
  return [
    ...(draft.kind ? [] : ['kind' as const]),
    ...(draft.name.trim() ? [] : ['name' as const]),
    ...(draft.place.trim() ? [] : ['place' as const]),
    ...(days.every((day) => day === '') || days.every((day) => DAY_OF_YEAR.test(day)) ? [] : ['season' as const]),
    ...(amounts.every((typed) => (numberOf(typed) ?? 0) > 0) ? [] : ['amount' as const]),
  ]
}
