import type { Schemas } from '@/app/http'
import type { Kept } from '../report/kept'
import type { Standing } from '../report/standing'

type Reported = Schemas['ReportedHazard']
export type State = Reported['state']

/** One's own report as this device shows it: `revision` 0 while the server has not got it. */
export type Shown = Partial<Reported> & { id: string; revision: number; waiting: readonly string[] }

/** A report in the list, from whatever this device knows of it. */
export interface Sight {
  readonly id: string
  readonly partition: string
  readonly kept: Kept | null
  readonly phase: Standing['phase']
  readonly photosLeft: number
  readonly why: string
  readonly picture: Reported['picture']
  readonly place: string
  readonly preview: string
  readonly photoIds: readonly string[]
  readonly at: string // when it was saved here, or received there
  readonly number: string
  readonly state: State | null // null: the server has not said
  readonly dueAt: string | null
  readonly isRated: boolean
  readonly disputeUntil: string | null
}

/** Until when an objection is possible, or null: once, as the reporter was told. */
export const disputeUntil = (shown: Pick<Shown, 'dispute_until' | 'disputed_at'>): string | null => (shown.disputed_at ? null : (shown.dispute_until ?? null))

/** What this device knows of a report that was made here, or of one that the server showed this person. */
export function sightOf(id: string, partition: string, kept: Kept | null, standing: Omit<Standing, 'seen'>, shown: Shown | null): Sight {
  const known = shown !== null && shown.revision > 0 ? shown : null
  const address = shown?.address
  const said = address ? [address.region_name, address.sumu, address.gacha, address.household, address.landmark].filter(Boolean).join(' ') : ''
  return {
    id,
    partition,
    kept,
    ...standing,
    picture: shown?.picture ?? kept?.picture ?? 'UNCLEAR',
    place: [said, shown?.place_name].filter(Boolean).join(' ') || kept?.place || '',
    preview: kept?.preview ?? '',
    photoIds: known?.photo_ids ?? [],
    at: known?.submitted_at ?? kept?.seen?.submitted_at ?? kept?.savedAt ?? '',
    number: known?.number ?? kept?.seen?.number ?? '',
    state: known?.state ?? kept?.seen?.state ?? null,
    dueAt: (known ? known.due_at : kept?.seen?.due_at) ?? null,
    isRated: Boolean(known?.rating),
    disputeUntil: known ? disputeUntil(known) : null,
  }
}
