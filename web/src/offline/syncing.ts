import { Bell } from './channel'
import type { Device } from './device'
import { Refused } from './errors'
import { Leadership } from './locks'

const EVERY_MS = 300_000
const FIRST_BACK_OFF_MS = 5_000
const AFTER_A_SAVE_MS = 500 // acts that belong together go in one push
const RECENT_MS = 30_000 // who only glances at another window need not ask again

export interface SyncingOptions {
  /** Whose queues go out: the person who is signed in, and every guest. Asked for before each round. */
  readonly devices: () => Promise<readonly Device[]>
  /** What went wrong and will be tried again; also defects, which the page reports. */
  readonly onError?: (error: unknown) => void
}

/** How long a device is left alone after a failure. */
interface Patience {
  readonly failures: number
  readonly until: number
  readonly asked: boolean // by the server, and not only because the line is bad
}

/**
 * Keep the devices of this install in step with the server, from one tab: the one that leads, which is the visible one.
 *
 * A round follows each save (the bell), the return of the network or of the person, and five minutes; after a failure the
 * next one of that device waits longer each time, or as long as the server says. A tab that does not lead does nothing by itself.
 */
export class Syncing {
  private readonly ending = new AbortController()
  private readonly patience = new Map<string, Patience>()
  private readonly leadership = new Leadership('fire-leader', () => this.wake())
  private timer: ReturnType<typeof setTimeout> | undefined
  private bell: Bell | null = null
  private running = false
  private again = false
  private lastRoundAt = 0
  private returns = 0 // of the network: what was under way before the last one failed for want of it

  constructor(private readonly options: SyncingOptions) {}

  get leads(): boolean {
    return this.leadership.isOurs
  }

  /** Begin; again it only wakes. */
  start(): void {
    if (this.bell) return this.wake()
    this.bell = new Bell(() => this.wake())
    this.leadership.seek(this.isVisible()).catch((error: unknown) => this.options.onError?.(error))
    if (typeof window === 'undefined') return
    const { signal } = this.ending
    window.addEventListener('online', () => this.tryAtOnce(), { signal })
    window.addEventListener('focus', () => this.lookAgain(), { signal })
    document.addEventListener('visibilitychange', () => this.lookAgain(), { signal })
  }

  stop(): void {
    this.ending.abort()
    this.leadership.end()
    this.bell?.close()
    clearTimeout(this.timer)
  }

  /** Something changed: a round soon. */
  wake(): void {
    if (this.running) this.again = true
    else this.plan(AFTER_A_SAVE_MS)
  }

  private isVisible(): boolean {
    return typeof document !== 'undefined' && document.visibilityState === 'visible'
  }

  /** The person is here: this tab leads, for a hidden one may be asleep. */
  private lookAgain(): void {
    if (!this.isVisible()) return
    if (!this.leads) this.leadership.seek(true).catch((error: unknown) => this.options.onError?.(error))
    else if (Date.now() - this.lastRoundAt > RECENT_MS) this.wake()
  }

  /** The network is back: what failed for want of it is tried again. */
  private tryAtOnce(): void {
    this.returns++
    for (const [partition, { asked }] of this.patience) if (!asked) this.patience.delete(partition)
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
    const waits: number[] = [EVERY_MS]
    try {
      for (const device of await this.options.devices()) waits.push(await this.roundOf(device))
    } catch (error) {
      this.options.onError?.(error)
    }
    this.running = false
    this.lastRoundAt = Date.now()
    this.plan(this.again ? AFTER_A_SAVE_MS : Math.min(...waits))
  }

  /** One round of this device, if it is time; for how long it may be left alone then. */
  private async roundOf(device: Device): Promise<number> {
    const leftMs = (this.patience.get(device.partition)?.until ?? 0) - Date.now()
    if (leftMs > 0) return leftMs
    const idle = device.isGuest ? (await device.unsent()) === 0 : !(await device.isSignedIn())
    if (idle) return EVERY_MS
    const { returns } = this
    try {
      await device.sync()
      this.patience.delete(device.partition)
      return EVERY_MS
    } catch (error) {
      this.options.onError?.(error)
      const wasWithout = returns !== this.returns && !(error instanceof Refused)
      return wasWithout ? AFTER_A_SAVE_MS : this.backOff(device.partition, error)
    }
  }

  private backOff(partition: string, error: unknown): number {
    const failures = (this.patience.get(partition)?.failures ?? 0) + 1
    const byLine = Math.min(EVERY_MS, FIRST_BACK_OFF_MS * 2 ** (failures - 1)) * (0.75 + Math.random() / 2)
    const byServer = error instanceof Refused && error.retryAfterSeconds !== null ? error.retryAfterSeconds * 1000 : 0
    const waitMs = Math.max(byLine, byServer)
    this.patience.set(partition, { failures, until: Date.now() + waitMs, asked: byServer > 0 })
    return waitMs
  }
}
