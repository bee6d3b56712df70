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

/**
 * Do something that no other tab does at the same time.
 *
 * A tab that holds the name for longer than `patienceMs` is taken for asleep, and the name from it: what is done under it
 * must be harmless if done twice at once.
 */
export async function exclusively<T>(name: string, work: () => Promise<T>, patienceMs?: number): Promise<T> {
  if (!hasWebLocks()) return new Leases().exclusively(name, work)
  if (patienceMs === undefined) return navigator.locks.request(name, work) as Promise<T>
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), patienceMs)
  let begun = false
  const begin = (): Promise<T> => {
    begun = true
    clearTimeout(timer)
    return work()
  }
  try {
    return (await navigator.locks.request(name, { signal: patience.signal }, begin)) as T
  } catch (error) {
    if (begun || !patience.signal.aborted) throw error
    return navigator.locks.request(name, { steal: true }, work) as Promise<T>
  }
}

/** The one tab that leads. Whoever seeks it `at once` takes it from another tab, which then waits for its turn. */
export class Leadership {
  private readonly ending = new AbortController()
  private give: (() => void) | null = null
  private queues = false

  constructor(
    private readonly name: string,
    private readonly begun: () => void,
  ) {}

  get isOurs(): boolean {
    return this.give !== null
  }

  /** Seek it until `end`. */
  async seek(atOnce: boolean): Promise<void> {
    const { signal } = this.ending
    if (atOnce && hasWebLocks() && !signal.aborted && !this.isOurs) {
      await this.untilTaken(() => navigator.locks.request(this.name, { steal: true }, () => this.hold()))
    }
    if (this.queues) return
    this.queues = true
    while (!signal.aborted) {
      if (hasWebLocks()) await this.untilTaken(() => navigator.locks.request(this.name, { signal }, () => this.hold()))
      else await new Leases().exclusively(this.name, () => this.hold(), signal)
    }
  }

  private async untilTaken(request: () => Promise<unknown>): Promise<void> {
    try {
      await request()
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'AbortError')) throw error
      this.release() // it was taken from us, or we ended
    }
  }

  end(): void {
    this.ending.abort()
    this.release()
  }

  private hold(): Promise<void> {
    if (this.ending.signal.aborted || this.isOurs) return Promise.resolve()
    return new Promise((resolve) => {
      this.give = resolve
      this.begun()
    })
  }

  private release(): void {
    this.give?.()
    this.give = null
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
