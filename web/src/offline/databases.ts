import { deleteDB, openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from 'idb'
import { StorageFull } from './errors'
import type { Photo, Sealed } from './types'

/** A line as the outbox keeps it. `waits` is its seq while it has no receipt: an index of what waits. */
export interface StoredLine extends Sealed {
  readonly waits?: number
}

/** A row as the base keeps it. Its data is JSON text, or that text sealed under the key that a PIN unlocks. */
export interface StoredRow {
  readonly scope: string
  readonly type: string
  readonly id: string
  readonly revision: number
  readonly hash: string // 16 hexadecimal digits, as the server sent them
  readonly fill: number // in which filling of its scope it came; 0: in none
  readonly data: string | SealedText
}

export interface SealedText {
  readonly iv: Uint8Array
  readonly text: ArrayBuffer
}

export interface OutboxSchema extends DBSchema {
  lines: { key: number; value: StoredLine; indexes: { mid: string; waits: number; entity: string } }
  values: { key: string; value: unknown }
}

export interface BaseSchema extends DBSchema {
  rows: { key: [string, string, string]; value: StoredRow; indexes: { entity: [string, string] } }
  limbo: { key: [string, string, string]; value: StoredRow; indexes: { entity: [string, string] } }
  values: { key: string; value: unknown }
}

export interface StoredPhoto extends Photo {
  readonly order: number
}

export interface PhotosSchema extends DBSchema {
  photos: { key: number; value: StoredPhoto; indexes: { id: string } }
  bytes: { key: string; value: Uint8Array<ArrayBuffer> }
}

/** Of all partitions of this install: which there are, who is signed in, and the leases of leaders. */
export interface RegistrySchema extends DBSchema {
  partitions: { key: string; value: { name: string; madeAt: string } }
  values: { key: string; value: unknown }
}

type Transaction<S extends DBSchema> = IDBPTransaction<S, StoreNames<S>[], 'readwrite'>

const PAUSES_MS = [50, 200, 500]

/** A database that is opened when first needed, and again if the browser closed or evicted it meanwhile. */
export class Database<S extends DBSchema> {
  private opening: Promise<IDBPDatabase<S>> | null = null

  constructor(
    readonly name: string,
    private readonly upgrade: (db: IDBPDatabase<S>) => void,
    private readonly disposable = false, // what cannot be opened any more may be made anew
  ) {}

  async open(): Promise<IDBPDatabase<S>> {
    this.opening ??= this.connect().catch((error: unknown) => {
      this.opening = null
      throw asStorageFull(error)
    })
    return this.opening
  }

  /** A browser may refuse to open what is whole, while the page before this one ends: only what never opens is made anew. */
  private async connect(): Promise<IDBPDatabase<S>> {
    for (const pause of PAUSES_MS) {
      try {
        return await this.connectOnce()
      } catch (error) {
        if (isQuota(error)) throw error
        await new Promise((resolve) => setTimeout(resolve, pause))
      }
    }
    if (this.disposable) await deleteDB(this.name)
    return this.connectOnce()
  }

  private connectOnce(): Promise<IDBPDatabase<S>> {
    return openDB<S>(this.name, 1, {
      upgrade: (db) => this.upgrade(db),
      blocking: (_current, _blocked, event) => {
        this.opening = null
        ;(event.target as IDBDatabase).close()
      },
      terminated: () => {
        this.opening = null
      },
    })
  }

  /** All or nothing, and on the disk when it returns. Raises StorageFull; then nothing was written. */
  async write<T>(work: (tx: Transaction<S>) => Promise<T>): Promise<T> {
    const db = await this.open()
    const tx = db.transaction([...db.objectStoreNames] as StoreNames<S>[], 'readwrite', { durability: 'strict' })
    const settled = tx.done.then(
      () => null,
      (error: unknown) => ({ error }),
    )
    let result: T
    try {
      result = await work(tx)
    } catch (error) {
      try {
        tx.abort()
      } catch {
        // It had ended by itself: a failed request aborts it.
      }
      await settled
      throw asStorageFull(isQuota(tx.error) ? tx.error : error) // then each request says no more than that it was aborted
    }
    const failed = await settled
    if (failed) throw asStorageFull(tx.error ?? failed.error)
    return result
  }

  async close(): Promise<void> {
    if (this.opening) (await this.opening).close()
    this.opening = null
  }

  async destroy(): Promise<void> {
    await this.close()
    await deleteDB(this.name)
  }
}

function isQuota(error: unknown): boolean {
  return error instanceof Error && (error.name === 'QuotaExceededError' || error instanceof StorageFull)
}

function asStorageFull(error: unknown): unknown {
  return isQuota(error) && !(error instanceof StorageFull) ? new StorageFull() : error
}

const PREFIX = 'fire'

export const outboxDatabase = (partition: string): Database<OutboxSchema> =>
  new Database(`${PREFIX}-outbox-${partition}`, (db) => {
    const lines = db.createObjectStore('lines', { keyPath: 'seq' })
    lines.createIndex('mid', 'mid', { unique: true })
    lines.createIndex('waits', 'waits')
    lines.createIndex('entity', 'entityId')
    db.createObjectStore('values')
  })

export const baseDatabase = (partition: string): Database<BaseSchema> =>
  new Database(
    `${PREFIX}-base-${partition}`,
    (db) => {
      for (const name of ['rows', 'limbo'] as const) {
        db.createObjectStore(name, { keyPath: ['scope', 'type', 'id'] }).createIndex('entity', ['type', 'id'])
      }
      db.createObjectStore('values')
    },
    true,
  )

export const photosDatabase = (partition: string): Database<PhotosSchema> =>
  new Database(`${PREFIX}-photos-${partition}`, (db) => {
    db.createObjectStore('photos', { keyPath: 'order', autoIncrement: true }).createIndex('id', 'id', { unique: true })
    db.createObjectStore('bytes')
  })

export const registryDatabase = (): Database<RegistrySchema> =>
  new Database(`${PREFIX}-registry`, (db) => {
    db.createObjectStore('partitions', { keyPath: 'name' })
    db.createObjectStore('values')
  })

/** Everything that begins with these parts, as a range of a compound key. */
export function beginningWith(...parts: string[]): IDBKeyRange {
  return IDBKeyRange.bound(parts, [...parts, []])
}
