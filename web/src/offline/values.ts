import type { DBSchema } from 'idb'
import type { Database } from './databases'
import type { SessionUser, Trouble } from './types'
import type { WrappedKey } from './vault'

/** What the outbox's database knows beside the lines: never purged, unlike the base. */
export interface OutboxValues {
  install: string
  queue: string
  queueOffset: number // how many lines went out in earlier queues
  lastSealed: number
  durableSeq: number // of this queue: up to there a verified backup holds our lines
  floor: Settled // up to where earlier queues' checkpoints went
  epoch: string
  serverTime: string
  contactAt: number // by the device's clock, when the server last answered
  clockSkewMs: number
  lineBytes: number
  pushMutations: number
  pollSeconds: number
  accessToken: string
  refreshToken: string
  user: SessionUser
  key: CryptoKeyPair
  pinKey: CryptoKey
  wrappedKey: WrappedKey // here and not in the base: an eviction must not cost the key of what comes next
  pinFailures: { count: number; until: number }
  trouble: { why: Trouble; code: string | null; retryAt: number | null }
}

/** Which of our lines the base shows: `settled` at the last checkpoint, `whole` at the last one with no scope beginning. */
export interface Settled {
  readonly base: string // of which base: a new one shows nothing yet
  readonly settled: number
  readonly whole: number
}

/** Single values by name, in one store. */
export class Values<Names extends object> {
  constructor(protected readonly database: Database<DBSchema & { values: { key: string; value: unknown } }>) {}

  async get<N extends keyof Names & string>(name: N): Promise<Names[N] | undefined> {
    const db = await this.database.open()
    return (await db.get('values', name)) as Names[N] | undefined
  }

  /** Set or forget values, all in one transaction. */
  async put(values: { [N in keyof Names]?: Names[N] | undefined }): Promise<void> {
    await this.database.write(async (tx) => {
      const store = tx.objectStore('values')
      await Promise.all(
        Object.entries(values).map(([name, value]) => (value === undefined ? store.delete(name) : store.put(value, name))),
      )
    })
  }

  /** A value that is made once. */
  async kept<N extends keyof Names & string>(name: N, make: () => Names[N] | Promise<Names[N]>): Promise<Names[N]> {
    const found = await this.get(name)
    if (found !== undefined) return found
    const made = await make()
    return this.database.write(async (tx) => {
      const store = tx.objectStore('values')
      const quicker = (await store.get(name)) as Names[N] | undefined // another tab
      if (quicker !== undefined) return quicker
      await store.put(made, name)
      return made
    })
  }
}
