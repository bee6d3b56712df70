import type { JsonObject } from '@/offline'
import { textOf, type SpotPaper } from './filling'
import type { FreeNumber } from './numbers'

/** How a paper is served on the spot, as far as it is written. */
export interface ServedDraft {
  isServed: boolean
  number: string // under which it stands
  servedAt: string // the moment that its text names
  body: string // what was shown to the party, word by word; '' until it was
  signed: 'PARTY' | 'REFUSED'
  partyName: string
  witnessName: string
  photos: string[]
}

export const newServed = (): ServedDraft => ({
  isServed: false, number: '', servedAt: '', body: '', signed: 'PARTY', partyName: '', witnessName: '', photos: [],
})

/** The paper as it now stands; null where no number is left for it. */
export function paperOf(draft: ServedDraft, free: readonly FreeNumber[], made: SpotPaper): { block: FreeNumber['block']; text: string } | null {
  const lent = free.find((one) => one.number === draft.number)
  return lent ? { block: lent.block, text: textOf(made, lent.block.body, lent.block.office_name, lent.number, new Date(draft.servedAt)) } : null
}

export type ServedLack = 'number' | 'shown' | 'party' | 'signature' | 'witness'

/** What is still missing. A paper that was changed after it was shown has to be shown again. */
export function lacksOfServed(draft: ServedDraft, free: readonly FreeNumber[], made: SpotPaper): ServedLack[] {
  if (!draft.isServed) return []
  const paper = paperOf(draft, free, made)
  if (paper === null) return ['number']
  if (draft.body !== paper.text) return ['shown']
  if (draft.signed === 'REFUSED') return draft.witnessName.trim() === '' ? ['witness'] : []
  return [...(draft.partyName.trim() === '' ? (['party'] as const) : []), ...(draft.photos.length === 0 ? (['signature'] as const) : [])]
}

/** The paper as it was served, for the arguments of the act; null if it was not. */
export function servedOf(draft: ServedDraft, free: readonly FreeNumber[], made: SpotPaper): JsonObject | null {
  const paper = paperOf(draft, free, made)
  if (!draft.isServed || paper === null) return null
  return {
    block_id: paper.block.id,
    number: draft.number,
    body: draft.body,
    served_at: draft.servedAt,
    signed: draft.signed,
    party_name: draft.signed === 'PARTY' ? draft.partyName.trim() : '',
    witness_name: draft.signed === 'REFUSED' ? draft.witnessName.trim() : '',
    photos: draft.signed === 'PARTY' ? draft.photos : [],
  }
}
