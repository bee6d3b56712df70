import type { Device } from './device'
import { NoNetwork, Refused } from './errors'
import type { Exchange } from './exchange'
import type { Result, Trouble } from './types'
import type { OutboxValues } from './values'

/** One round of a device with the server: push, photos, pull. */
export class Round {
  constructor(
    private readonly device: Device,
    private readonly exchange: Exchange,
    private readonly now: () => number,
  ) {}

  /** The results of the push. What stands in the way is remembered for `waiting()`. Raises NoNetwork, Refused. */
  async run(): Promise<Result[]> {
    this.exchange.tell({ kind: 'round', isSending: true })
    let trouble: unknown
    try {
      const [results, passing] = await this.steps()
      trouble = passing
      return results
    } catch (error) {
      trouble = error
      throw error
    } finally {
      await this.exchange.store.outbox.values.put({ trouble: troubleOf(trouble, this.now()) })
      this.exchange.tell({ kind: 'round', isSending: false })
    }
  }

  private async steps(): Promise<[Result[], unknown]> {
    const { device } = this
    if (device.isGuest) await device.openGuest()
    if (!(await device.isSignedIn())) throw new Refused(401, { type: '/problems/unauthenticated', title: '请先登录', status: 401 })
    const results = await device.pushing.push()
    const passing = await this.photos()
    // A guest hands one report in and follows it by its code: he holds no base.
    if (!device.isGuest) await this.base()
    return [results, passing]
  }

  /** Photos are large: what they cannot do on this line, a pull may. */
  private async photos(): Promise<unknown> {
    if ((await this.device.store.photos.count()) === 0) return null
    try {
      await this.exchange.introduce()
      await this.device.uploading.sendPhotos()
      return null
    } catch (error) {
      if (error instanceof NoNetwork || (error instanceof Refused && error.status !== 401)) return error
      throw error
    }
  }

  private async base(): Promise<void> {
    const state = await this.device.pin.state()
    if (state === 'none' || state === 'open') await this.device.pulling.pull()
    else await this.exchange.register() // met: after seven days without that the PIN alone opens nothing
  }
}

/** What an error says about why things wait. */
function troubleOf(error: unknown, now: number): OutboxValues['trouble'] | undefined {
  if (error instanceof NoNetwork) return { why: isOffline() ? 'offline' : 'server_away', code: null, retryAt: null }
  if (!(error instanceof Refused)) return undefined
  const retryAt = error.retryAfterSeconds === null ? null : now + error.retryAfterSeconds * 1000
  return { why: whyOf(error), code: error.code, retryAt }
}

function whyOf(refused: Refused): Trouble {
  if (refused.status === 401) return 'signed_out'
  if (refused.status === 429 || refused.status === 503 || refused.status === 423 || refused.code === 'busy') return 'busy'
  return refused.status >= 500 ? 'server_away' : 'refused'
}

function isOffline(): boolean {
  return typeof navigator !== 'undefined' && navigator.onLine === false
}
