import { outboxDatabase, type Database, type OutboxSchema, type StoredLine } from './databases'
import { StorageFull, TooLong } from './errors'
import { newId, utf8 } from './ids'
import type { Result, Sealed } from './types'
import { Values, type OutboxValues, type Settled } from './values'

// How long acknowledged lines are kept where the server names no position up to which a backup was verified.
export const KEPT_FOR_MS = 30 * 24 * 3600 * 1000
export const KEPT_BYTES = 20_000_000
const LINE_BYTES = 65_536 // of a sealed line, where the server has not said otherwise

const NOTHING_SHOWN: Settled = { base: '', settled: 0, whole: 0 }

type Write = Parameters<Parameters<Database<OutboxSchema>['write']>[0]>[0]

/**
 * What a person saved, in order. Nothing leaves it before its receipt is safe on the server's side too.
 *
 * Its seq counts all that this device ever sealed; `queueOffset` of them were sent in earlier queues.
 */
export class Outbox {
  private readonly database: Database<OutboxSchema>
  readonly values: Values<OutboxValues>

  constructor(partition: string) {
    this.database = outboxDatabase(partition)
    this.values = new Values(this.database as never)
  }

  close(): Promise<void> {
    return this.database.close()
  }

  destroy(): Promise<void> {
    return this.database.destroy()
  }

  // ---- lines ----

  /**
   * Seal a line at the end of the queue. `write` makes its text, knowing the mid of the last pending act on the entity.
   *
   * Raises TooLong, StorageFull: then nothing was saved.
   */
  async append(
    act: { mid: string; name: string; entityType: string; entityId: string },
    write: (after: string | null) => string,
  ): Promise<Sealed> {
    try {
      return await this.database.write(async (tx) => {
        const [lines, values] = [tx.objectStore('lines'), tx.objectStore('values')]
        const before = await lines.index('entity').getAll(act.entityId)
        const pending = before.filter((line) => line.outcome === null)
        const line = write(pending.length ? pending[pending.length - 1]!.mid : null)
        const lengthBytes = utf8(line).length
        if (lengthBytes > (((await values.get('lineBytes')) as number | undefined) ?? LINE_BYTES)) throw new TooLong(lengthBytes)
        const seq = (await numberOf(tx, 'lastSealed')) + 1
        const sealed: Sealed = { ...act, seq, line, outcome: null, result: null, acknowledgedAt: null }
        await Promise.all([lines.add({ ...sealed, waits: seq }), values.put(seq, 'lastSealed')])
        return sealed
      })
    } catch (error) {
      throw error instanceof StorageFull ? new StorageFull(await this.countWaiting()) : error
    }
  }

  /** One line by its mid, or undefined if its receipt was safe long ago. */
  async sealed(mid: string): Promise<Sealed | undefined> {
    return plain(await (await this.database.open()).getFromIndex('lines', 'mid', mid))
  }

  /** Lines in order, with and without a receipt: a server that was restored may have to hear old ones again. */
  async linesFrom(seq: number, limit?: number): Promise<Sealed[]> {
    const db = await this.database.open()
    return (await db.getAll('lines', IDBKeyRange.lowerBound(seq), limit)).map((line) => plain(line)!)
  }

  /** The seq of the first line without a receipt, or of the next one to be sealed. */
  async firstWaiting(): Promise<number> {
    const db = await this.database.open()
    const tx = db.transaction(['lines', 'values'])
    return firstWaitingIn(tx as never)
  }

  /** How many lines have no receipt. */
  async countWaiting(): Promise<number> {
    return (await this.database.open()).countFromIndex('lines', 'waits')
  }

  /** Everything without a receipt, in order. */
  async waiting(): Promise<Sealed[]> {
    const found = await (await this.database.open()).getAllFromIndex('lines', 'waits')
    return found.map((line) => plain(line)!)
  }

  /**
   * What the base may not show yet: lines that the last whole checkpoint did not contain, but for those that came to nothing.
   *
   * A line without a receipt is not contained, whatever the checkpoint says: that may tell of a cloned phone's lines.
   */
  async unsettled(whole: number): Promise<Sealed[]> {
    const from = Math.min(await this.firstWaiting(), whole + 1)
    return (await this.linesFrom(from)).filter(
      (line) => line.outcome === null || (line.outcome !== 'rejected' && line.outcome !== 'parked' && line.seq > whole),
    )
  }

  // ---- receipts ----

  /** Write the receipts of this queue; an outcome never changes. */
  async acknowledge(queue: string, results: readonly Result[]): Promise<void> {
    await this.database.write(async (tx) => {
      const [lines, values] = [tx.objectStore('lines'), tx.objectStore('values')]
      if ((await values.get('queue')) !== queue) return // another tab met a new epoch: all of it is sent again
      const offset = await numberOf(tx, 'queueOffset')
      const moment = ((await values.get('serverTime')) as string | undefined) ?? null
      await Promise.all(
        results.map(async (result) => {
          const line = await lines.get(result.seq + offset)
          if (line && line.outcome === null && line.mid === result.mid) {
            await lines.put({ ...plain(line)!, outcome: result.outcome, result, acknowledgedAt: moment })
          }
        }),
      )
    })
  }

  /**
   * Forget receipted lines that a verified backup contains (up to `durableSeq` of this queue); how many.
   *
   * Without such a position: what was acknowledged 30 days ago, by the server's clock, or does not fit into 20 MB, oldest
   * first. What the base does not show yet (`whole`) stays.
   */
  async forgetSafe(durableSeq: number, whole: number): Promise<number> {
    return this.database.write(async (tx) => {
      const [lines, values] = [tx.objectStore('lines'), tx.objectStore('values')]
      const last = Math.min(whole, (await firstWaitingIn(tx)) - 1)
      const upto = durableSeq ? Math.min(last, durableSeq + (await numberOf(tx, 'queueOffset'))) : last
      const moment = (await values.get('serverTime')) as string | undefined
      const kept = await lines.getAll()
      const old = moment ? Date.parse(moment) - KEPT_FOR_MS : -Infinity
      const tooFar = durableSeq ? Infinity : lastBeyond(kept, KEPT_BYTES)
      const gone = kept.filter(
        (line) =>
          line.outcome !== null && line.seq <= upto && (line.seq <= tooFar || (line.acknowledgedAt && Date.parse(line.acknowledgedAt) < old)),
      )
      await Promise.all(gone.map((line) => lines.delete(line.seq)))
      return gone.length
    })
  }

  // ---- queues and epochs ----

  /**
   * What waits goes out in a new queue, counted from 1 again; what was parked too, before what depends on it.
   *
   * `shown`: what the base shows of our lines now.
   */
  async beginQueue(queue: string, shown: Settled): Promise<void> {
    await this.database.write(async (tx) => {
      const parked = (await tx.objectStore('lines').getAll()).find((line) => line.outcome === 'parked')
      await this.begin(tx, queue, Math.min(await firstWaitingIn(tx), parked?.seq ?? Infinity), shown)
    })
  }

  /**
   * The server was restored: all that is kept is sent again.
   *
   * What the server still has answers with its receipt. Not only what follows its last seq: a clone of this phone may have
   * filled our queue meanwhile, and only our own lines show that (as a fork). A device that had earlier queues sends all in
   * a new one.
   */
  async beginEpoch(epoch: string): Promise<void> {
    await this.database.write(async (tx) => {
      if (await numberOf(tx, 'queueOffset')) await this.sendAllAnew(tx)
      else await forgetReceipts(tx)
      await tx.objectStore('values').put(epoch, 'epoch')
    })
  }

  /** The session is of another install than the last: what waits goes out in a queue of that one. */
  async moveTo(install: string): Promise<void> {
    await this.database.write(async (tx) => {
      const values = tx.objectStore('values')
      if ((await values.get('install')) === install) return
      if ((await values.get('epoch')) !== undefined) await this.begin(tx, newId(), await firstWaitingIn(tx), NOTHING_SHOWN)
      await Promise.all([values.put(install, 'install'), values.delete('epoch')])
    })
  }

  /** Each guest is another one, whom nothing joins to the last: what was not handed in goes out as the new one's. */
  async becomeAnother(install: string, key: CryptoKeyPair): Promise<void> {
    await this.database.write(async (tx) => {
      const values = tx.objectStore('values')
      await this.begin(tx, newId(), await firstWaitingIn(tx), NOTHING_SHOWN)
      await Promise.all([values.put(install, 'install'), values.put(key, 'key')])
      for (const name of ['epoch', 'user', 'accessToken', 'refreshToken']) await values.delete(name)
    })
  }

  private async sendAllAnew(tx: Write): Promise<void> {
    const oldest = await tx.objectStore('lines').openKeyCursor()
    const first = oldest ? oldest.key : (await numberOf(tx, 'lastSealed')) + 1
    await this.begin(tx, newId(), first, NOTHING_SHOWN)
    await forgetReceipts(tx)
  }

  private async begin(tx: Write, queue: string, first: number, shown: Settled): Promise<void> {
    const values = tx.objectStore('values')
    // The old queue's checkpoints told of a clone's lines too.
    const floor = { ...shown, settled: Math.min(shown.settled, first - 1), whole: Math.min(shown.whole, first - 1) }
    await Promise.all([
      values.put(first - 1, 'queueOffset'), values.put(queue, 'queue'), values.put(floor, 'floor'),
      values.delete('durableSeq'), // of the new queue no backup holds anything yet
    ])
  }
}

async function forgetReceipts(tx: Write): Promise<void> {
  const [lines, values] = [tx.objectStore('lines'), tx.objectStore('values')]
  const kept = await lines.getAll()
  await Promise.all([
    ...kept.map((line) => lines.put({ ...line, outcome: null, result: null, acknowledgedAt: null, waits: line.seq })),
    values.delete('floor'),
    values.delete('durableSeq'),
  ])
}

async function firstWaitingIn(tx: Write): Promise<number> {
  const first = await tx.objectStore('lines').index('waits').openKeyCursor()
  return first ? first.key : (await numberOf(tx, 'lastSealed')) + 1
}

async function numberOf(tx: Write, name: keyof OutboxValues): Promise<number> {
  return ((await tx.objectStore('values').get(name)) as number | undefined) ?? 0
}

/** The last of the oldest lines that do not fit. */
function lastBeyond(lines: readonly StoredLine[], mostBytes: number): number {
  let bytes = 0
  for (let place = lines.length - 1; place >= 0; place--) {
    bytes += lines[place]!.line.length
    if (bytes > mostBytes) return lines[place]!.seq
  }
  return 0
}

function plain(line: StoredLine | undefined): Sealed | undefined {
  if (line === undefined) return undefined
  const { waits: _, ...sealed } = line
  return sealed
}
