import { NoNetwork, Refused } from './errors'
import { SCHEMA, type Exchange } from './exchange'
import { base64, newId, sha256, utf8 } from './ids'
import { mutationOf } from './store'
import { linesOf, NDJSON } from './transport'
import type { Result, Sealed } from './types'

export const PUSH_MUTATIONS = 200
const PUSH_BYTES = 250_000 // a little less than the server takes, for the header's sake
const MOST_RECOVERIES = 20 // in one push; more would be a server that contradicts itself

type Ack = { readonly kind: 'ack'; readonly last_seq: number; readonly durable_seq: number }

/** The outbox on its way up: what waits goes in order, whatever the line and the server do meanwhile. */
export class Pushing {
  constructor(private readonly exchange: Exchange) {}

  /**
   * Send what waits, in order; the results of this round. Raises NoNetwork if the answer was cut off, Refused.
   *
   * A torn or too large body halves the batch; a gap and a new epoch send again from where the server stands; a fork (this
   * phone was cloned) opens a new queue, in which the unacknowledged lines go out unchanged.
   */
  async push(mostLines = PUSH_MUTATIONS): Promise<Result[]> {
    const { outbox } = this.exchange.store
    const results: Result[] = []
    let [start, batch, recoveries] = [await outbox.firstWaiting(), mostLines, 0]
    for (;;) {
      const waiting = fitting(await outbox.linesFrom(start, batch))
      if (waiting.length === 0) return results
      let received: Result[]
      try {
        received = await this.pushLines(waiting)
      } catch (error) {
        if (!(error instanceof Refused) || ++recoveries > MOST_RECOVERIES) throw error
        ;[start, batch] = await this.recovered(error, start, Math.min(batch, waiting.length))
        continue
      }
      results.push(...received)
      if (received.length < waiting.length) throw new NoNetwork('the answer of the push was cut off')
      start = waiting[waiting.length - 1]!.seq + 1
    }
  }

  /** Where and in what portions to go on after a refusal. Raises it where one cannot. */
  private async recovered(refused: Refused, start: number, batch: number): Promise<[number, number]> {
    const { outbox } = this.exchange.store
    const { code, problem } = refused
    if ((code === 'torn_body' || code === 'body_too_large') && batch > 1) return [start, Math.floor(batch / 2)]
    if (code === 'gap') {
      const expected = Number(problem['expected_seq']) + ((await outbox.values.get('queueOffset')) ?? 0)
      const [oldest] = await outbox.linesFrom(1, 1)
      if (oldest && oldest.seq <= expected) return [expected, batch]
    }
    if (code === 'gap' || code === 'fork') {
      // A gap that cannot be filled: the server was set back further than lines are kept.
      await this.exchange.store.beginQueue(newId())
      await this.exchange.register()
      return [((await outbox.values.get('queueOffset')) ?? 0) + 1, batch]
    } else if (code === 'not_found') {
      // The answer of the registration was lost, and with it perhaps the registration.
      await this.exchange.register()
    } else if (code === 'epoch') await this.exchange.meetEpoch(String(problem['epoch']))
    else throw refused
    return [await outbox.firstWaiting(), batch]
  }

  /** One request with these lines; the receipts that came back, written down. */
  private async pushLines(waiting: readonly Sealed[]): Promise<Result[]> {
    await this.exchange.introduce()
    const { outbox } = this.exchange.store
    const queue = await this.exchange.store.queue()
    const [body, headers] = await this.request(queue, waiting)
    const answer = await this.exchange.authorised('POST', '/sync/push', body, headers)
    const lines = linesOf<Result | Ack>(answer.body)
    const results = lines.filter((line): line is Result => line.kind === 'result')
    await outbox.acknowledge(queue, results)
    const ack = lines.find((line): line is Ack => line.kind === 'ack')
    if (ack) await outbox.values.put({ durableSeq: ack.durable_seq })
    await this.exchange.noteContact()
    if (results.length) this.exchange.tell({ kind: 'receipts' })
    return results
  }

  private async request(queue: string, waiting: readonly Sealed[]): Promise<[Uint8Array<ArrayBuffer>, { [name: string]: string }]> {
    const { outbox } = this.exchange.store
    const first = waiting[0]!
    const head = {
      kind: 'push',
      queue,
      first_seq: first.seq - ((await outbox.values.get('queueOffset')) ?? 0),
      count: waiting.length,
      epoch: await outbox.values.get('epoch'),
      schema: SCHEMA,
      pending: await outbox.countWaiting(),
      oldest_pending: mutationOf(first).made_at.wall,
    }
    const body = utf8([JSON.stringify(head), ...waiting.map((sealed) => sealed.line), ''].join('\n'))
    return [body, { 'Content-Type': NDJSON, 'Content-Digest': `sha-256=:${base64(await sha256(body))}:` }]
  }
}

/** As many of these lines as fit into one body; one at least. */
function fitting(lines: readonly Sealed[]): Sealed[] {
  let bytes = 0
  const taken: Sealed[] = []
  for (const line of lines) {
    bytes += utf8(line.line).length + 1
    if (taken.length && bytes > PUSH_BYTES) break
    taken.push(line)
  }
  return taken
}
