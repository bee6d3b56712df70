interface SaidItem {
  readonly description: string
  readonly clause: string
}

/** What a person reads of an act's arguments, whoever sealed them. */
export interface SaidAct {
  readonly finding: string
  readonly attendedBy: string
  readonly witness: string
  readonly signed: string // how a paper came to the party, as a code; '' if none did
  readonly party: string
  readonly isRemoved: boolean | null // whether the danger is gone; null: not asked
  readonly record: { readonly number: string; readonly officers: string } | null // of the place, served on the spot
  readonly failing: readonly number[] // places of the items that do not conform
  readonly faults: readonly string[] // what is wrong with items of a checklist, in the officer's words
  readonly noPenalty: string // the ground, as a code
  readonly photos: number
  readonly order: { readonly dueOn: string | null; readonly unitName: string; readonly number: string; readonly items: readonly SaidItem[] } | null
}

type Said = Readonly<Record<string, unknown>>
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
const listOf = (value: unknown): readonly Said[] => (Array.isArray(value) ? (value as Said[]) : [])

export function wordsOfAct(args: Said): SaidAct {
  const order = orderOf(args)
  const record = args['served'] as Said | null | undefined
  const service = (order?.['served'] as Said | null | undefined) ?? record ?? args
  const items = listOf(order?.['items'])
  const ofPaper = service === args ? 0 : listOf(service['photos']).length
  const photos = listOf(args['photos']).length + ofPaper + items.reduce((sum, item) => sum + listOf(item['photos']).length, 0)
  return {
    finding: [args['danger'], args['finding'], args['record'], args['note'], args['education']].map(textOf).filter(Boolean).join('\n'),
    attendedBy: textOf(args['attended_by']),
    witness: textOf(args['witness_name']) || textOf(service['witness_name']),
    signed: textOf(service['signed']),
    party: textOf(service['party_name']),
    isRemoved: typeof args['is_removed'] === 'boolean' ? args['is_removed'] : null,
    record: record ? { number: textOf(record['number']), officers: textOf(record['officers']) } : null,
    failing: (Array.isArray(args['checklist']) ? args['checklist'] : []).flatMap((conforms, place) => (conforms === 0 ? [place] : [])),
    faults: listOf(args['answers']).flatMap((answer) => (answer['result'] === 'BAD' ? [textOf(answer['note'])] : [])),
    noPenalty: textOf(args['no_penalty']),
    photos,
    order: order
      ? {
          dueOn: textOf(order['due_on']) || null,
          unitName: textOf(order['unit_name']),
          number: textOf((order['served'] as Said | null | undefined)?.['number']), // of the paper that was served on the spot
          items: items.map((item) => ({ description: textOf(item['description']), clause: textOf(item['clause']) })),
        }
      : null,
  }
}

/** What is to be put right and until when: of a hazard in one piece, of an application beside what was found. */
function orderOf(args: Said): Said | null {
  if (Array.isArray(args['orders'])) return { items: args['orders'], due_on: args['due_on'] }
  return (args['order'] as Said | null | undefined) ?? null
}
