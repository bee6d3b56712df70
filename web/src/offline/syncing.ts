import type { Device } from './device'
import { Bell } from './channel'
import { NoNetwork, Refused } from './errors'
import { holding } from './locks'

const LEADER = 'fire-leader'
const EVERY_MS = 300_000
const FIRST_BACK_OFF_MS = 5_000
const AFTER_A_SAVE_MS = 500 // acts that belong together go in one push

export interface SyncingOptions {
  /** Whose queues go out: the person who is signed in, and every guest. Asked for before each round. */
  readonly devices: () => Promise<readonly Device[]>
  /** What went wrong and will be tried again; also defects, which the page reports. */
  readonly onError?: (error: unknown) => void
}

/**
 * Keep the devices of this install in step with the server, from one tab: the one that leads.
 *
 * A round follows each save (the bell), the return of the network or of the person, and five minutes; after a failure the next
 * one waits longer each time, or as long as the server says. A tab that does not lead does nothing by itself.
 */
export class Syncing {
  private readonly ending = new AbortController()
  private timer: ReturnType<typeof setTimeout> | undefined
  private failures = 0
  private running = false
  private again = false
  private notBefore = 0
  private bell: Bell | null = null
  leads = false

  constructor(private readonly options: SyncingOptions) {}

  /** Begin; again it only wakes. */
  start(): void {
    if (this.bell) return this.wake()
    this.bell = new Bell(() => this.wake())
    const lead = (): void => {
      this.leads = true
      this.wake()
    }
    holding(LEADER, this.ending.signal, lead).catch((error: unknown) => this.options.onError?.(error))
    if (typeof window === 'undefined') return
    const { signal } = this.ending
    window.addEventListener('online', () => this.wakeAnyway(), { signal })
    window.addEventListener('focus', () => this.wake(), { signal })
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.wake(), { signal })
  }

  stop(): void {
    this.leads = false
    this.ending.abort()
    this.bell?.close()
    clearTimeout(this.timer)
  }

  /** Something changed: a round soon, unless the server asked for patience. */
  wake(): void {
    if (this.running) this.again = true
    else this.plan(Math.max(AFTER_A_SAVE_MS, this.notBefore - Date.now()))
  }

  /** The network is back: what failed for want of it is tried at once. */
  private wakeAnyway(): void {
    this.failures = 0
    this.wake()
  }

  private plan(inMs: number): void {
    clearTimeout(this.timer)
    if (this.leads) this.timer = setTimeout(() => void this.round(), inMs)
  }

  /** One round of every device, and then the plan for the next. */
  async round(): Promise<void> {
    if (!this.leads || this.running) return
    this.running = true
    this.again = false
    const waits: number[] = []
    try {
      for (const device of await this.options.devices()) waits.push(await this.roundOf(device))
    } catch (error) {
      this.options.onError?.(error)
    }
    this.running = false
    const wait = Math.min(EVERY_MS, ...waits)
    this.notBefore = this.failures ? Date.now() + wait : 0
    this.plan(this.again && !this.failures ? AFTER_A_SAVE_MS : wait)
  }

  /** How long this device wants to wait now. */
  private async roundOf(device: Device): Promise<number> {
    try {
      if (device.isGuest && (await device.unsent()) === 0) return EVERY_MS
      if (!device.isGuest && !(await device.isSignedIn())) return EVERY_MS
      await device.sync()
      this.failures = 0
      return EVERY_MS
    } catch (error) {
      this.options.onError?.(error)
      const passing = error instanceof NoNetwork || error instanceof Refused
      this.failures++
      const backOffMs = Math.min(EVERY_MS, FIRST_BACK_OFF_MS * 2 ** (this.failures - 1)) * (0.75 + Math.random() / 2)
      if (error instanceof Refused && error.retryAfterSeconds !== null) return Math.max(backOffMs, error.retryAfterSeconds * 1000)
      return passing ? backOffMs : EVERY_MS
    }
  }
}
