import type { IDBPTransaction } from 'idb'
import { beginningWith, type BaseSchema, type StoredRow } from './databases'
import type { Line, RowLine, ScopeLine } from './types'

export type Write = IDBPTransaction<BaseSchema, ('rows' | 'limbo' | 'values')[], 'readwrite'>

/** What is known of a scope beside its rows. */
export interface Mark {
  fill?: number // it is beginning, for the n-th time: what is not there yet may still come
  doubtful?: boolean // it has to come again by the end, or it is ours no more
  adopted?: string // the id of a snapshot that is whole here, and of which the server has yet to hear
  limbo?: boolean // the server was restored: rows that it does not send again are kept aside
  snapshot?: string // with which it begins
  chunks?: string[] // of that snapshot, that are here
}

export type Marks = { [scope: string]: Mark }

const PERSONAL = ['user:', 'reporter:']

/** One transaction on the base, while lines of a page or of a snapshot are applied to it. */
export class Page {
  private scope: ScopeLine | null = null
  private readonly written: Promise<unknown>[] = []

  private constructor(
    private readonly tx: Write,
    private readonly epoch: string,
    private readonly marks: Marks,
    private readonly hasLimbo: boolean,
    private fills: number,
  ) {}

  static async open(tx: Write, epoch: string): Promise<Page> {
    const [values, limbo] = [tx.objectStore('values'), tx.objectStore('limbo')]
    const marks = ((await values.get('marks')) as Marks | undefined) ?? {}
    return new Page(tx, epoch, marks, (await limbo.count()) > 0, ((await values.get('fills')) as number | undefined) ?? 0)
  }

  async close(): Promise<void> {
    const values = this.tx.objectStore('values')
    await Promise.all([...this.written, values.put(this.marks, 'marks'), values.put(this.fills, 'fills')])
  }

  async take(line: Line, sealed: Map<RowLine, StoredRow['data']>): Promise<void> {
    if (line.kind === 'scope' || line.kind === 'drop' || line.kind === 'end') {
      await this.endScope()
      this.scope = line.kind === 'scope' ? line : null
    }
    if (line.kind === 'row' && this.scope) await this.row(this.scope.key, line, sealed)
    else if (line.kind === 'scope') {
      delete this.mark(line.key).doubtful
      if (line.action !== 'continue') this.begin(line.key)
    } else if (line.kind === 'snapshot') this.mark(line.key).doubtful = true // until it is adopted no cursor names the scope
    else if (line.kind === 'drop') await this.drop(line.key)
    else if (line.kind === 'end') {
      // The server follows a scope that it counts: it has heard what was adopted.
      for (const key of Object.keys(line.digests)) {
        delete this.mark(key).adopted
        delete this.mark(key).doubtful
      }
      if (!line.more) await this.endPull()
    }
  }

  private async endPull(): Promise<void> {
    this.later(this.tx.objectStore('values').put(this.epoch, 'baseEpoch'))
    for (const key of Object.keys(this.marks)) if (this.marks[key]!.doubtful) await this.lose(key)
  }

  private mark(scope: string): Mark {
    return (this.marks[scope] ??= {})
  }

  private begin(scope: string): void {
    this.mark(scope).fill = ++this.fills
  }

  /** It did not come again. What was a person's own is kept aside if a restored server forgot it. */
  private async lose(scope: string): Promise<void> {
    if (this.mark(scope).limbo && PERSONAL.some((kind) => scope.startsWith(kind))) await this.setAside(scope)
    await this.drop(scope)
  }

  /** The base of a scope goes; outbox and waiting photos stay. */
  private async drop(scope: string): Promise<void> {
    await this.flush()
    await this.tx.objectStore('rows').delete(beginningWith(scope))
    delete this.marks[scope]
  }

  /** A beginning scope that is now whole: rows that were not sent again are not in it any more. */
  private async endScope(): Promise<void> {
    if (this.scope?.whole && this.mark(this.scope.key).fill !== undefined) await this.whole(this.scope.key)
  }

  private async whole(scope: string): Promise<void> {
    const mark = this.mark(scope)
    if (mark.limbo) await this.setAside(scope)
    for (const row of await this.notResent(scope)) this.later(this.tx.objectStore('rows').delete([row.scope, row.type, row.id]))
    delete mark.fill
    delete mark.limbo
  }

  private async setAside(scope: string): Promise<void> {
    for (const row of await this.notResent(scope)) this.later(this.tx.objectStore('limbo').put(row))
  }

  private async notResent(scope: string): Promise<StoredRow[]> {
    await this.flush()
    const fill = this.mark(scope).fill
    const rows = await this.tx.objectStore('rows').getAll(beginningWith(scope))
    return rows.filter((row) => row.fill !== fill)
  }

  private later(request: Promise<unknown>): void {
    request.catch(() => undefined) // of an aborted transaction each request fails; the first one is told
    this.written.push(request)
  }

  private async flush(): Promise<void> {
    await Promise.all(this.written.splice(0))
  }

  private async row(scope: string, line: RowLine, sealed: Map<RowLine, StoredRow['data']>): Promise<void> {
    const { type, id, revision } = line
    if (this.hasLimbo) {
      await this.flush()
      const limbo = this.tx.objectStore('limbo')
      for (const key of await limbo.index('entity').getAllKeys([type, id])) this.later(limbo.delete(key))
    }
    const rows = this.tx.objectStore('rows')
    if (line.gone) this.later(rows.delete([scope, type, id]))
    else {
      const fill = this.mark(scope).fill ?? 0
      this.later(rows.put({ scope, type, id, revision, fill, hash: line.hash ?? '0', data: sealed.get(line)! }))
    }
  }

  // ---- snapshots ----

  async beginSnapshot(scope: string, snapshotId: string): Promise<void> {
    const mark = this.mark(scope)
    if (mark.snapshot === snapshotId) return
    this.begin(scope)
    mark.snapshot = snapshotId
    mark.chunks = []
  }

  async takeChunk(scope: string, sha256: string, lines: readonly RowLine[], sealed: Map<RowLine, StoredRow['data']>): Promise<void> {
    for (const line of lines) await this.row(scope, line, sealed)
    const mark = this.mark(scope)
    mark.chunks = [...(mark.chunks ?? []), sha256]
  }

  async adopt(scope: string, snapshotId: string): Promise<void> {
    await this.whole(scope)
    const mark = this.mark(scope)
    delete mark.snapshot
    delete mark.chunks
    mark.adopted = snapshotId
  }

  // ---- beginning anew ----

  async startAnew(leavesHistory: boolean): Promise<void> {
    const held = new Set<string>()
    for (let cursor = await this.tx.objectStore('rows').openKeyCursor(); cursor; ) {
      const scope = cursor.primaryKey[0]
      held.add(scope)
      cursor = await cursor.continue([scope, [] as unknown as string, ''] as [string, string, string])
    }
    for (const scope of held) {
      this.mark(scope).doubtful = true
      if (leavesHistory) this.mark(scope).limbo = true
    }
    for (const mark of Object.values(this.marks)) {
      if (mark.fill !== undefined) mark.doubtful = true
      delete mark.adopted // it was offered for another cursor
    }
    this.later(this.tx.objectStore('values').delete('cursor'))
  }
}
