import { NoNetwork, Refused } from './errors'
import { SCHEMA, type Exchange } from './exchange'
import { digestOf, utf8 } from './ids'
import type { Pushing } from './pushing'
import { canGunzip, gunzip, linesOf } from './transport'
import type { EndLine, Line, RowLine, SnapshotLine } from './types'

export const PULL_BYTES = 524_288
export const REFILL_EVERY_MS = 24 * 3600 * 1000 // a scope whose digest differs is asked for again no oftener

/** The base, and how it comes down: pages, snapshots and refills bring it to a checkpoint. */
export class Pulling {
  pageBytes = PULL_BYTES // how much a page may hold: less after each torn answer, more after each whole one
  private refill: string[] = [] // scopes whose digest differs: the next page is to begin them anew

  constructor(
    private readonly exchange: Exchange,
    private readonly pushing: Pushing,
  ) {}

  /** Pull until a checkpoint with nothing left; the last `end` line. Raises NoNetwork, Refused, Locked. */
  async pull(): Promise<EndLine> {
    for (;;) {
      const { base, outbox } = this.exchange.store
      let end: EndLine
      try {
        end = await this.pullPage()
      } catch (error) {
        const epoch = error instanceof Refused && error.code === 'epoch' ? String(error.problem['epoch']) : null
        if (epoch === null || (await outbox.values.get('epoch')) === epoch) throw error
        await this.exchange.meetEpoch(epoch)
        await this.pushing.push()
        continue
      }
      if (end.more || (await base.values.get('cursor')) !== end.cursor) continue // else somebody else was quicker
      this.refill = await this.differing(end)
      if (this.refill.length) continue
      if (await this.exchange.store.forgetSafe()) this.exchange.tell({ kind: 'receipts' })
      return end
    }
  }

  /** One page. A bad cursor starts anew; a torn answer is kept up to its last cursor. Raises NoNetwork if it is torn. */
  async pullPage(): Promise<EndLine> {
    await this.exchange.introduce()
    const { base, outbox } = this.exchange.store
    const cursor = await base.values.get('cursor')
    let lines: Line[]
    try {
      lines = await this.page(cursor)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      if (error.code === 'bad_cursor' && cursor !== undefined) await base.startAnew()
      else if (error.code === 'not_found') await this.exchange.register() // the registration itself was lost
      else throw error
      return this.pullPage()
    }
    const hello = lines[0]
    if (hello?.kind === 'hello') {
      if (hello.epoch !== (await outbox.values.get('epoch'))) {
        await this.exchange.meetEpoch(hello.epoch) // without a cursor nobody refuses us
        await this.pushing.push()
        return this.pullPage()
      }
      await this.exchange.noteContact(hello.server_time)
      await outbox.values.put({ durableSeq: hello.durable_seq })
    }
    const end = await this.takePage(cursor, lines)
    for (const line of lines) if (line.kind === 'snapshot') await this.load(line)
    return end
  }

  private async page(cursor: string | undefined): Promise<Line[]> {
    const asked = {
      queue: await this.exchange.store.queue(),
      cursor: cursor ?? null,
      schema: SCHEMA,
      max_bytes: this.pageBytes,
      adopted: await this.exchange.store.base.adopted(),
      refill: this.refill,
      snapshots: canGunzip(),
    }
    const headers = { 'Content-Type': 'application/json' }
    return linesOf<Line>((await this.exchange.authorised('POST', '/sync/pull', utf8(JSON.stringify(asked)), headers)).body)
  }

  /** Apply a page up to its last cursor in one local transaction. Raises NoNetwork if its end is missing. */
  async takePage(cursor: string | undefined, lines: readonly Line[]): Promise<EndLine> {
    const { base, outbox } = this.exchange.store
    let count = lines.length
    while (count > 0 && !isPlace(lines[count - 1]!)) count--
    const [hello, last] = [lines[0], lines[count - 1]]
    if (last && isPlace(last)) {
      const contained = last.kind === 'end' && last.checkpoint && hello?.kind === 'hello'
      const settledSeq = contained ? hello.last_seq + ((await outbox.values.get('queueOffset')) ?? 0) : null
      const [queue, epoch] = [await this.exchange.store.queue(), (await outbox.values.get('epoch')) ?? '']
      const wholeSeq = (await this.exchange.store.settled()).whole
      const page = lines.slice(0, count)
      if (await base.applyPage({ cursor, queue, epoch, settledSeq, wholeSeq }, page, last.cursor)) {
        await this.begunAnew()
        this.tellOf(page)
      }
    }
    const end = lines[lines.length - 1]
    if (end?.kind !== 'end') {
      this.pageBytes = Math.max(1, Math.floor(this.pageBytes / 2)) // down to one row: what the link lets through is progress
      throw new NoNetwork('the answer of the pull was cut off')
    }
    this.pageBytes = Math.min(PULL_BYTES, this.pageBytes * 2)
    return end
  }

  private tellOf(lines: readonly Line[]): void {
    const types = new Set(lines.flatMap((line) => (line.kind === 'row' ? [line.type] : [])))
    const dropped = lines.some((line) => line.kind === 'drop' || line.kind === 'scope')
    if (dropped) this.exchange.tell({ kind: 'base', types: [] })
    else if (types.size) this.exchange.tell({ kind: 'base', types: [...types] })
  }

  // ---- large scopes ----

  /** Load the chunks of a snapshot that are not here yet; with all of them the next pull says so. Raises NoNetwork. */
  private async load(offer: SnapshotLine): Promise<void> {
    const { base } = this.exchange.store
    await base.beginSnapshot(offer.key, offer.id)
    for (const { sha256 } of offer.chunks) {
      if (await base.hasChunk(offer.key, sha256)) continue
      let body: Uint8Array<ArrayBuffer>
      try {
        body = (await this.exchange.authorised('GET', `/sync/snapshots/${offer.id}/${sha256}`, null, {})).body
      } catch (error) {
        if (error instanceof Refused && error.code === 'not_found') return // it was replaced: the next page offers another
        throw error
      }
      if ((await digestOf(body)) !== sha256) throw new NoNetwork('a chunk arrived broken')
      await base.takeChunk(offer.key, sha256, linesOf<RowLine>(await gunzip(body)))
    }
    await base.adopt(offer.key, offer.id)
    this.exchange.tell({ kind: 'base', types: [] })
  }

  // ---- digests ----

  /** What was asked for again is on its way: the cursor that came says so, whatever is cut off after it. */
  private async begunAnew(): Promise<void> {
    const moment = await this.exchange.store.outbox.values.get('serverTime')
    if (moment !== undefined) for (const scope of this.refill) await this.exchange.store.base.noteRefill(scope, moment)
    this.refill = []
  }

  /** Scopes that do not hold what the server counted, and were not begun anew within a day. */
  private async differing(end: EndLine): Promise<string[]> {
    const { base, outbox } = this.exchange.store
    const moment = await outbox.values.get('serverTime')
    const wrong: string[] = []
    for (const [scope, [, liveRows, digest]] of Object.entries(end.digests)) {
      if (moment === undefined || (await base.holds(scope, liveRows, digest))) continue
      const askedAt = await base.refilledAt(scope)
      if (askedAt !== undefined && Date.parse(moment) - Date.parse(askedAt) < REFILL_EVERY_MS) continue
      wrong.push(scope)
    }
    return wrong
  }
}

function isPlace(line: Line): line is Extract<Line, { cursor: string }> {
  return line.kind === 'cursor' || line.kind === 'end'
}
