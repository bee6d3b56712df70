import { Locked, WrongPin } from './errors'
import { exclusively } from './locks'
import type { Store } from './store'
import type { Change } from './types'
import { newPinKey, rewrapKey, unwrapKey, wrapNewKey } from './vault'

export const LOCKED_AFTER_MS = 7 * 24 * 3600 * 1000 // without the server
const CLOCK_SET_BACK_MS = 24 * 3600 * 1000 // more than that is no correction
const FREE_ATTEMPTS = 5
const MOST_ATTEMPTS = 10
const FIRST_WAIT_MS = 30_000
const SIGNED_OUT = { accessToken: undefined, refreshToken: undefined, user: undefined }

/** `none`: nobody set a PIN; `open`; `pin`: it has to be given; `away`: the server has to be met first. */
export type LockState = 'none' | 'open' | 'pin' | 'away'

/**
 * The lock on the base of a member of staff (docs/decisions/0009-the-base-is-locked-the-outbox-is-not.md).
 *
 * The outbox has none: what is to be sent without the PIN can be read without it.
 */
export class Pin {
  rounds: number | undefined // of the slow derivation; tests make it quick

  constructor(
    private readonly store: Store,
    private readonly tell: (change: Change) => void,
    private readonly now: () => number,
  ) {}

  /** To be called when the device is opened, or another tab changed the lock. */
  async look(): Promise<void> {
    if ((await this.store.outbox.values.get('wrappedKey')) === undefined) this.store.vault.disarm()
    else this.store.vault.arm()
  }

  async state(): Promise<LockState> {
    const { vault } = this.store
    if (!vault.isSealing) return 'none'
    if (await this.isAway()) return 'away'
    return vault.isOpen ? 'open' : 'pin'
  }

  /** Raises Locked. */
  async requireOpen(): Promise<void> {
    const state = await this.state()
    if (state === 'away' || state === 'pin') throw new Locked(state)
  }

  /** The first PIN: from here on the base is sealed. Also what it holds already. */
  async set(pin: string): Promise<void> {
    await this.alone(async () => {
      const { values } = this.store.outbox
      if ((await values.get('wrappedKey')) !== undefined) throw new Locked('pin')
      const { key, wrapped } = await wrapNewKey(pin, await values.kept('pinKey', newPinKey), this.rounds)
      // The key before the rows: dying in between, rows that are not sealed yet are read all the same.
      await values.put({ wrappedKey: wrapped, pinFailures: undefined })
      this.store.vault.unlockWith(key)
      await this.store.base.rewrite(async (data) => (typeof data === 'string' ? this.store.vault.seal(data) : data))
    })
    this.tell({ kind: 'lock' })
  }

  /** Raises WrongPin, and Locked if the server has not been met for seven days. */
  async unlock(pin: string): Promise<void> {
    const { values } = this.store.outbox
    if (await this.isAway()) throw new Locked('away')
    const [pinKey, wrapped] = [await values.get('pinKey'), await values.get('wrappedKey')]
    if (!pinKey || !wrapped) return
    await this.attempt(async () => {
      const key = await unwrapKey(pin, pinKey, wrapped)
      if (key) this.store.vault.unlockWith(key)
      return key !== null
    })
    this.tell({ kind: 'lock' })
  }

  /** Raises WrongPin. */
  async change(before: string, after: string): Promise<void> {
    const { values } = this.store.outbox
    const [pinKey, wrapped] = [await values.get('pinKey'), await values.get('wrappedKey')]
    if (!pinKey || !wrapped) return
    await this.attempt(async () => {
      const again = await rewrapKey(before, after, pinKey, wrapped)
      if (again) await values.put({ wrappedKey: again })
      return again !== null
    })
  }

  lock(): void {
    this.store.vault.lock()
    this.tell({ kind: 'lock' })
  }

  /** Who forgot his PIN, and signed in anew: the base goes with it and comes again; the outbox stays. */
  async forget(): Promise<void> {
    await this.erase()
  }

  /** The base and its key, and these values with the key, in one transaction. */
  private async erase(beside: Partial<typeof SIGNED_OUT> = {}): Promise<void> {
    await this.alone(async () => {
      await this.store.base.forget()
      await this.store.outbox.values.put({ wrappedKey: undefined, pinFailures: undefined, ...beside })
      this.store.vault.disarm()
    })
    this.tell({ kind: 'session' })
    this.tell({ kind: 'lock' })
    this.tell({ kind: 'base', types: [] })
  }

  /** One try. It is counted before it is looked at, so that closing the page does not save it. */
  private async attempt(fits: () => Promise<boolean>): Promise<void> {
    const { values } = this.store.outbox
    const failures = (await values.get('pinFailures')) ?? { count: 0, until: 0 }
    const now = this.now()
    if (failures.until > now) throw new WrongPin(MOST_ATTEMPTS - failures.count, Math.ceil((failures.until - now) / 1000))
    const count = failures.count + 1
    const waitMs = count < FREE_ATTEMPTS ? 0 : FIRST_WAIT_MS * 2 ** (count - FREE_ATTEMPTS)
    await values.put({ pinFailures: { count, until: waitMs ? now + waitMs : 0 } })
    if (await fits()) await values.put({ pinFailures: undefined })
    else if (count < MOST_ATTEMPTS) throw new WrongPin(MOST_ATTEMPTS - count, Math.ceil(waitMs / 1000))
    else {
      // Whoever guesses must not be handed the same base again, unsealed: it comes after a sign-in.
      await this.erase(SIGNED_OUT)
      throw new WrongPin(0, 0)
    }
  }

  private async isAway(): Promise<boolean> {
    if (!this.store.vault.isSealing) return false
    const contactAt = (await this.store.outbox.values.get('contactAt')) ?? 0
    const sinceMs = this.now() - contactAt
    return sinceMs > LOCKED_AFTER_MS || sinceMs < -CLOCK_SET_BACK_MS
  }

  private alone<T>(work: () => Promise<T>): Promise<T> {
    return exclusively(syncLock(this.store.partition), work)
  }
}

export const syncLock = (partition: string): string => `fire-sync-${partition}`
