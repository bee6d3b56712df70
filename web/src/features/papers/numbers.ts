import type { Schemas } from '@/app/http'
import type { Device, Sealed } from '@/offline'
import type { Mutation } from '@/offline/types'
import type { PaperName } from './filling'

/** Numbers that this officer was lent, as the device has them. */
export type HeldBlock = Pick<Schemas['NumberBlock'], 'id' | 'revision' | 'paper' | 'body' | 'office_name' | 'numbers' | 'lent_at'> & { readonly queue_id: string | null }
export type NumberState = Schemas['LentNumber']['state'] | 'SEALED' // used or spoilt on this device, and not accounted for by the server yet

export interface FreeNumber {
  readonly block: HeldBlock
  readonly number: string
}

/** How many numbers of a paper are asked for at once. */
export const AT_ONCE: Readonly<Record<PaperName, number>> = { order: 10, seal_record: 3 }

/** The officer's blocks, oldest first, and what each number stands at with what waits here. */
export async function heldBlocks(device: Device): Promise<{ block: HeldBlock; numbers: { number: string; state: NumberState }[] }[]> {
  const [rows, lines] = await Promise.all([device.allShown('number_block'), device.outbox()])
  const sealed = spoken(lines)
  return (rows as unknown as HeldBlock[])
    .sort((one, other) => one.id.localeCompare(other.id))
    .map((block) => ({
      block,
      numbers: block.numbers.map(({ number, state }) => ({ number, state: state === 'HELD' && (sealed.has(number) || sealed.has(block.id)) ? 'SEALED' : state })),
    }))
}

/** Numbers of a paper that may be used here and now: lent to this device, and nothing said of them yet. */
export async function freeNumbers(device: Device, paper: PaperName): Promise<FreeNumber[]> {
  const queue = await device.store.queue()
  const blocks = await heldBlocks(device)
  return blocks
    .filter(({ block }) => block.paper === paper && (block.queue_id === null || block.queue_id === queue))
    .flatMap(({ block, numbers }) => numbers.filter(({ state }) => state === 'HELD').map(({ number }) => ({ block, number })))
}

/** What acts of this device, that the server did not turn down, say of numbers; of a block that is given back, its id. */
function spoken(lines: readonly Sealed[]): Set<string> {
  const said = new Set<string>()
  for (const line of lines) {
    if (line.outcome === 'rejected') continue
    if (line.name === 'number_block.give_back') said.add(line.entityId)
    const { args } = JSON.parse(line.line) as Mutation
    const { served } = (args['order'] ?? args) as { served?: { number?: string } | null }
    const number = line.name === 'number_block.void' ? (args['number'] as string) : served?.number
    if (number !== undefined) said.add(number)
  }
  return said
}
