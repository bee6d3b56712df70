import { baseDatabase, beginningWith, type BaseSchema, type Database, type StoredRow } from './databases'
import { newId } from './ids'
import { Page, type Marks } from './page'
import type { Line, Row, RowLine } from './types'
import { Values } from './values'
import type { Vault } from './vault'

/** What the base's database knows beside its rows; it goes with them. */
export interface BaseValues {
  id: string // of this base: made anew after an eviction
  cursor: string | undefined
  baseEpoch: string // in which epoch the rows were received
  shown: { queue: string; epoch: string; settled: number; whole: number } // which of our lines they contain
  marks: Marks
  fills: number // how many fillings of scopes there were
  refills: { [scope: string]: string } // when a scope was begun anew because its digest differed
}

/** A page as it was asked for, and what it contains of our own lines. */
export interface Asked {
  readonly cursor: string | undefined
  readonly queue: string
  readonly epoch: string
  readonly settledSeq: number | null // the page ends in a checkpoint that contains our lines up to there
  readonly wholeSeq: number // what the last checkpoint with nothing beginning contained
}

/** Rows as the server showed them, by scope. They may be taken away; the outbox never goes with them. */
export class Base {
  private readonly database: Database<BaseSchema>
  readonly values: Values<BaseValues>
  private readonly counted = new Map<string, string>() // scope -> the digest that its rows were counted to have

  constructor(
    partition: string,
    private readonly vault: () => Vault,
  ) {
    this.database = baseDatabase(partition)
    this.values = new Values(this.database as never)
  }

  close(): Promise<void> {
    return this.database.close()
  }

  destroy(): Promise<void> {
    return this.database.destroy()
  }

  id(): Promise<string> {
    return this.values.kept('id', () => newId())
  }

  // ---- pages ----

  /** A page and its cursor in one transaction, and only if the cursor that it was asked with is still the stored one. */
  async applyPage(asked: Asked, lines: readonly Line[], cursor: string): Promise<boolean> {
    const rows = await this.sealedRows(lines.filter((line): line is RowLine => line.kind === 'row'))
    const applied = await this.database.write(async (tx) => {
      const values = tx.objectStore('values')
      if (((await values.get('cursor')) as string | undefined) !== asked.cursor) return false
      const page = await Page.open(tx, asked.epoch)
      for (const line of lines) await page.take(line, rows)
      await page.close()
      await values.put(cursor, 'cursor')
      if (asked.settledSeq !== null) {
        const last = lines[lines.length - 1]
        const whole = last?.kind === 'end' && !last.more ? asked.settledSeq : asked.wholeSeq
        await values.put({ queue: asked.queue, epoch: asked.epoch, settled: asked.settledSeq, whole }, 'shown')
      }
      return true
    })
    this.counted.clear()
    return applied
  }

  /** The data of rows as it is stored: sealed if there is a PIN. Before the transaction, which does not wait for ciphers. */
  private async sealedRows(lines: readonly RowLine[]): Promise<Map<RowLine, StoredRow['data']>> {
    const vault = this.vault()
    const sealed = await Promise.all(lines.map((line) => (line.data === undefined ? '' : vault.seal(JSON.stringify(line.data)))))
    return new Map(lines.map((line, place) => [line, sealed[place]!]))
  }

  // ---- snapshots ----

  /** A scope begins with this snapshot. What came of another one, or of a page, begins anew. */
  async beginSnapshot(scope: string, snapshotId: string): Promise<void> {
    await this.inPage((page) => page.beginSnapshot(scope, snapshotId))
  }

  async hasChunk(scope: string, sha256: string): Promise<boolean> {
    return (await this.marks())[scope]?.chunks?.includes(sha256) ?? false
  }

  /** The rows of one chunk. */
  async takeChunk(scope: string, sha256: string, lines: readonly RowLine[]): Promise<void> {
    const rows = await this.sealedRows(lines)
    await this.inPage((page) => page.takeChunk(scope, sha256, lines, rows))
  }

  /** All chunks are here. The scope counts as held once the server was told. */
  async adopt(scope: string, snapshotId: string): Promise<void> {
    await this.inPage((page) => page.adopt(scope, snapshotId))
  }

  private async inPage(work: (page: Page) => Promise<void>): Promise<void> {
    await this.database.write(async (tx) => {
      const page = await Page.open(tx, '')
      await work(page)
      await page.close()
    })
    this.counted.clear()
  }

  /** Ids of snapshots of which the server has yet to hear. */
  async adopted(): Promise<string[]> {
    return Object.values(await this.marks())
      .flatMap((mark) => (mark.adopted === undefined ? [] : [mark.adopted]))
      .sort()
  }

  // ---- reading ----

  /** Scopes whose rows are a snapshot's, which the next page brings up to date. */
  async ofSnapshots(): Promise<ReadonlySet<string>> {
    const marks = await this.marks()
    return new Set(Object.keys(marks).filter((scope) => marks[scope]!.snapshot !== undefined || marks[scope]!.adopted !== undefined))
  }

  async marks(): Promise<Marks> {
    return (await this.values.get('marks')) ?? {}
  }

  /** Scopes that are still beginning: what is not there yet may still come. */
  async filling(): Promise<Set<string>> {
    const marks = await this.marks()
    return new Set(Object.keys(marks).filter((scope) => marks[scope]!.fill !== undefined))
  }

  /** Every row of a type (or of one record), one for each scope that shows it. Raises Locked. */
  async rows(entityType: string, entityId?: string): Promise<Row[]> {
    const range = entityId === undefined ? beginningWith(entityType) : IDBKeyRange.only([entityType, entityId])
    return this.opened(await (await this.database.open()).getAllFromIndex('rows', 'entity', range))
  }

  /**
   * The highest revision of a record that any scope shows, without reading it; 0 where none does. Never locked.
   *
   * Scopes that a restored server has yet to send again do not count: their revisions say nothing.
   */
  async revision(entityType: string, entityId: string): Promise<number> {
    const found = await (await this.database.open()).getAllFromIndex('rows', 'entity', IDBKeyRange.only([entityType, entityId]))
    const marks = await this.marks()
    return found.filter((row) => !marks[row.scope]?.limbo).reduce((highest, row) => Math.max(highest, row.revision), 0)
  }

  private opened(rows: readonly StoredRow[]): Promise<Row[]> {
    const vault = this.vault()
    return Promise.all(
      rows.map(async ({ scope, type, id, revision, data }) => ({ scope, type, id, revision, data: JSON.parse(await vault.open(data)) })),
    )
  }

  /** Scope -> number of rows. */
  async scopes(): Promise<Map<string, number>> {
    const counts = new Map<string, number>()
    for (const [scope] of await (await this.database.open()).getAllKeys('rows')) counts.set(scope, (counts.get(scope) ?? 0) + 1)
    return counts
  }

  /** How many rows a scope has here, and the sum of their hashes modulo 2^64 in hexadecimal. */
  async digest(scope: string): Promise<[number, string]> {
    const rows = await (await this.database.open()).getAll('rows', beginningWith(scope))
    const sum = rows.reduce((total, row) => BigInt.asUintN(64, total + BigInt(`0x${row.hash}`)), 0n)
    return [rows.length, sum.toString(16).padStart(16, '0')]
  }

  /** True if a scope holds what the server counted. Counted once; an idle pull reads no rows. */
  async holds(scope: string, liveRows: number, digest: string): Promise<boolean> {
    const said = `${liveRows} ${digest}`
    if (this.counted.get(scope) === said) return true
    const [rows, sum] = await this.digest(scope)
    const same = rows === liveRows && BigInt(`0x${sum}`) === BigInt(`0x${digest}`)
    if (same) this.counted.set(scope, said)
    return same
  }

  /** When a scope was begun anew because its digest differed, by the server's clock. */
  async refilledAt(scope: string): Promise<string | undefined> {
    return (await this.values.get('refills'))?.[scope]
  }

  async noteRefill(scope: string, moment: string): Promise<void> {
    await this.values.put({ refills: { ...(await this.values.get('refills')), [scope]: moment } })
  }

  // ---- beginning anew ----

  /** Forget the cursor: every scope begins again, and one that does not come again by the end is ours no more. */
  async startAnew(): Promise<void> {
    await this.inPage((page) => page.startAnew(false))
  }

  /** The server's history is another one: what it does not send again is kept aside for a person. */
  async leaveHistory(): Promise<void> {
    await this.inPage((page) => page.startAnew(true))
  }

  /** Rows that a restored server did not send again. A person looks at them; nothing deletes them by itself. */
  async limbo(): Promise<Row[]> {
    return this.opened(await (await this.database.open()).getAll('limbo'))
  }

  /** A person has decided about it. */
  async dismiss(row: Row): Promise<void> {
    await this.database.write((tx) => tx.objectStore('limbo').delete([row.scope, row.type, row.id]))
  }

  /** Drop the base and the cursor, never the outbox: what a lost device is told, and what an evicted base looks like. */
  async forget(keepLimbo = false): Promise<void> {
    await this.database.write(async (tx) => {
      await Promise.all([tx.objectStore('rows').clear(), tx.objectStore('values').clear()])
      if (!keepLimbo) await tx.objectStore('limbo').clear()
    })
    this.counted.clear()
  }

  /** Write every row anew, its data changed. Nobody may pull meanwhile. */
  async rewrite(change: (data: StoredRow['data']) => Promise<StoredRow['data']>): Promise<void> {
    const db = await this.database.open()
    const changed = (rows: StoredRow[]): Promise<StoredRow[]> =>
      Promise.all(rows.map(async (row) => ({ ...row, data: await change(row.data) })))
    const [rows, limbo] = [await changed(await db.getAll('rows')), await changed(await db.getAll('limbo'))]
    await this.database.write(async (tx) => {
      await Promise.all([...rows.map((row) => tx.objectStore('rows').put(row)), ...limbo.map((row) => tx.objectStore('limbo').put(row))])
    })
  }
}
