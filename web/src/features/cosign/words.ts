interface SaidItem {
  readonly description: string
  readonly clause: string
}

/** What a person reads of an act's arguments, whoever sealed them. */
export interface SaidAct {
  readonly finding: string
  readonly attendedBy: string
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
  const items = listOf(order?.['items'])
  const photos = listOf(args['photos']).length + items.reduce((sum, item) => sum + listOf(item['photos']).length, 0)
  return {
    finding: [args['danger'], args['finding'], args['record'], args['note'], args['education']].map(textOf).filter(Boolean).join('\n'),
    attendedBy: textOf(args['attended_by']),
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
