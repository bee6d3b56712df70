import { registryDatabase, type Database, type RegistrySchema } from './databases'
import { newId } from './ids'

/** How long a lease is good without being renewed, where the browser has no Web Locks. */
export const LEASE_MS = 15_000
const ASK_AGAIN_MS = 1_000

interface Lease {
  readonly holder: string
  readonly until: number
}

const hasWebLocks = (): boolean => typeof navigator !== 'undefined' && navigator.locks !== undefined

/** Do something that no other tab does at the same time. */
export async function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  if (hasWebLocks()) return navigator.locks.request(name, work) as Promise<T>
  return new Leases().exclusively(name, work)
}

/** Hold a name until `signal` ends it; `work` begins when it is ours. For the one tab that leads. */
export async function holding(name: string, signal: AbortSignal, work: () => void): Promise<void> {
  const untilEnded = (): Promise<void> =>
    new Promise((resolve) => {
      if (signal.aborted) resolve()
      else {
        signal.addEventListener('abort', () => resolve(), { once: true })
        work()
      }
    })
  if (!hasWebLocks()) return new Leases().exclusively(name, untilEnded, signal)
  try {
    await navigator.locks.request(name, { signal }, untilEnded)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/**
 * Web Locks for browsers without them (Safari before 15.4): a name and an end in IndexedDB, renewed while in use.
 *
 * A tab that sleeps may lose its lease and go on: the server's queue lock and the stored cursor keep that harmless.
 */
export class Leases {
  private static inThisTab = new Map<string, Promise<unknown>>()
  private readonly registry: Database<RegistrySchema> = registryDatabase()

  constructor(
    private readonly now: () => number = Date.now,
    private readonly holder = newId(),
  ) {}

  async exclusively<T>(name: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = Leases.inThisTab.get(name) ?? Promise.resolve()
    const mine = before.then(() => this.whileHeld(name, work, signal))
    const settled = mine.catch(() => undefined)
    Leases.inThisTab.set(name, settled)
    return mine
  }

  private async whileHeld<T>(name: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    while (!signal?.aborted && !(await this.take(name))) await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS))
    const renewing = setInterval(() => void this.take(name).catch(() => undefined), LEASE_MS / 3)
    try {
      return await work()
    } finally {
      clearInterval(renewing)
      await this.give(name)
      await this.registry.close()
    }
  }

  /** True if the name is ours now. */
  async take(name: string): Promise<boolean> {
    return this.registry.write(async (tx) => {
      const values = tx.objectStore('values')
      const lease = (await values.get(`lease ${name}`)) as Lease | undefined
      if (lease && lease.holder !== this.holder && lease.until > this.now()) return false
      await values.put({ holder: this.holder, until: this.now() + LEASE_MS }, `lease ${name}`)
      return true
    })
  }

  async give(name: string): Promise<void> {
    await this.registry.write(async (tx) => {
      const values = tx.objectStore('values')
      const lease = (await values.get(`lease ${name}`)) as Lease | undefined
      if (lease?.holder === this.holder) await values.delete(`lease ${name}`)
    })
  }
}
