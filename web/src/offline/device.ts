import { Bell } from './channel'
import { NoNetwork, OtherPerson, Refused, Unsent } from './errors'
import { API, refusalOf } from './exchange'
import { newId, utf8 } from './ids'
import { newDeviceKey } from './keys'
import { LocalDevice, type DeviceOptions } from './localDevice'
import { exclusively } from './locks'
import { syncLock } from './pin'
import * as registry from './registry'
import { unsentParts } from './rescue'
import { Round } from './round'
import { FetchTransport } from './transport'
import type { Change, Credentials, Json, OpenedSession, Result, SessionUser } from './types'

const ASLEEP_AFTER_MS = 600_000 // a tab that has not ended its round by then

export interface FetchOptions {
  readonly method?: string
  readonly body?: unknown // sent as JSON
  readonly headers?: { readonly [name: string]: string }
  /** A UUIDv7: the same request again has the same answer. */
  readonly idempotencyKey?: string
}

/** A device on which somebody has just signed in. */
export type SignedIn = Device & { readonly user: SessionUser }

/**
 * One install with one person's queue. Works without a network; `sync` does the rest when there is one.
 *
 * What `mutate` or `addPhoto` returned is on the disk, and stays there until the server's receipt is safe.
 */
export class Device extends LocalDevice {
  private static readonly opened = new Map<string, Promise<Device>>()

  /** The device of a person (`person:<id>`), or any other partition of this install; one for each tab. Needs no network. */
  static open(partition: string, options: DeviceOptions = {}): Promise<Device> {
    const known = Device.opened.get(partition)
    if (known) return known
    const opening = Device.prepared(partition, options)
    Device.opened.set(partition, opening)
    opening.catch(() => Device.opened.delete(partition))
    return opening
  }

  /** For tests: the next `open` is another tab's. */
  static asInAnotherTab(): void {
    Device.opened.clear()
  }

  private static async prepared(partition: string, options: DeviceOptions): Promise<Device> {
    await registry.notePartition(partition)
    const device = new Device(partition, options)
    device.channel.before((change) => device.follow(change))
    await Promise.all([device.pin.look(), device.lookWhoIsSignedIn()])
    if (device.store.vault.isSealing) device.channel.askForKey()
    return device
  }

  /** The device of whoever is signed in on this install, or null. */
  static async current(options: DeviceOptions = {}): Promise<Device | null> {
    const partition = await registry.currentPartition()
    return partition === undefined ? null : Device.open(partition, options)
  }

  /** A fresh guest: an install, key, queue and, once there is a network, a session that nothing joins to anybody else. */
  static openGuest(options: DeviceOptions = {}): Promise<Device> {
    return Device.open(registry.newGuestPartition(), options)
  }

  /** Sign in on line; the device of the person who did. `install`: for which the provider was asked. Raises Refused, NoNetwork. */
  static async signIn(credentials: Credentials, install?: string, options: DeviceOptions = {}): Promise<SignedIn> {
    const transport = options.transport ?? new FetchTransport()
    const shownInstall = install ?? (await registry.installId())
    const body = utf8(JSON.stringify({ ...credentials, install: shownInstall }))
    const headers = { 'Content-Type': 'application/json' }
    const answer = await transport.send({ method: 'POST', path: `${API}/auth/sessions`, headers, body })
    if (answer.status >= 400) throw refusalOf(answer)
    const opened = JSON.parse(new TextDecoder().decode(answer.body)) as OpenedSession
    const device = await Device.open(registry.personPartition(opened.user.id), options)
    await device.adoptSession(opened, shownInstall)
    return device as SignedIn
  }

  close(): Promise<void> {
    Device.opened.delete(this.partition)
    this.channel.close()
    return this.store.close()
  }

  // ---- who ----

  /** What changed of the session or the lock, also in another tab, before anybody else hears of it. */
  private async follow(change: Change): Promise<void> {
    if (change.kind === 'session') await this.lookWhoIsSignedIn()
    if (change.kind === 'lock') await this.pin.look()
    if (change.kind === 'lock' && (await this.pin.state()) === 'open') Bell.ring() // while it was locked nothing was pulled
  }

  async isSignedIn(): Promise<boolean> {
    return (await this.store.outbox.values.get('refreshToken')) !== undefined
  }

  /** Sign in again in this partition. Raises OtherPerson if somebody else did. */
  async signIn(credentials: Credentials): Promise<SessionUser> {
    const body = { ...credentials, install: await this.install() }
    return this.adoptSession((await this.exchange.call('POST', '/auth/sessions', body, { token: false })) as unknown as OpenedSession)
  }

  /** Keep a session that was opened elsewhere; `install` if for another one than `install()`. Raises OtherPerson. */
  async adoptSession(opened: OpenedSession, install?: string): Promise<SessionUser> {
    if (opened.user.kind !== 'guest' && this.partition !== registry.personPartition(opened.user.id)) throw new OtherPerson()
    if (install !== undefined) await this.store.outbox.moveTo(install)
    await this.exchange.keep(opened)
    await this.lookWhoIsSignedIn()
    if (opened.user.kind !== 'guest') await registry.setCurrentPartition(this.partition)
    Bell.ring()
    return opened.user
  }

  /** Ask the server who we are now: after a change of password, say. Raises Refused, NoNetwork. */
  async reloadUser(): Promise<void> {
    const user = await this.fetch<SessionUser>('/me')
    await this.store.outbox.values.put({ user })
    this.channel.tell({ kind: 'session' })
  }

  /**
   * Open the guest's session on line, if he has none; `sync` does it by itself.
   *
   * A guest whose session ended is another one from then on: what he had saved and not handed in goes out as the new one's.
   */
  async openGuest(): Promise<void> {
    if (await this.isSignedIn()) return
    if ((await this.store.outbox.values.get('epoch')) !== undefined) await this.store.outbox.becomeAnother(newId(), await newDeviceKey())
    await this.signIn({ guest: true })
  }

  /** Sign out. Raises Unsent while something waits that only this person can hand in; `anyway` leaves it here, for his next time. */
  async signOut({ anyway = false } = {}): Promise<void> {
    const count = await this.unsent()
    if (count > 0 && !anyway) throw new Unsent(count)
    await this.exchange.call('DELETE', '/auth/sessions/current').catch((error: unknown) => {
      if (!(error instanceof NoNetwork || error instanceof Refused)) throw error
    })
    await this.exchange.forgetTokens()
    await this.lookWhoIsSignedIn()
    if (!this.store.vault.isSealing) await this.store.base.forget(true) // the next person with this phone need not see it
    this.store.vault.lock()
    if ((await registry.currentPartition()) === this.partition) await registry.setCurrentPartition(undefined)
  }

  /** Remove the whole partition. Raises Unsent while something waits. */
  async destroy({ anyway = false } = {}): Promise<void> {
    const count = await this.unsent()
    if (count > 0 && !anyway) throw new Unsent(count)
    await this.close()
    await this.store.destroy()
    await registry.forgetPartition(this.partition)
  }

  // ---- on line ----

  /** Push everything, send photos, pull to a checkpoint; the results of the push. Raises NoNetwork, Refused. */
  sync(): Promise<Result[]> {
    const round = new Round(this, this.exchange, this.now)
    return exclusively(syncLock(this.partition), () => round.run(), ASLEEP_AFTER_MS)
  }

  /** Bring the base to a checkpoint and do no more: for a guest who only reads what everybody may. Raises NoNetwork, Refused. */
  async read(): Promise<void> {
    await exclusively(
      syncLock(this.partition),
      async () => {
        if (this.isGuest) await this.openGuest()
        await this.pulling.pull()
      },
      ASLEEP_AFTER_MS,
    )
  }

  /** One JSON request below `/api/v1` with the access token; it is refreshed once. Raises Refused (with code and fields), NoNetwork. */
  async fetch<T = Json>(path: string, { method = 'GET', body, headers = {}, idempotencyKey }: FetchOptions = {}): Promise<T> {
    const below = path.startsWith(API) ? path.slice(API.length) : path
    const sent = idempotencyKey ? { ...headers, 'Idempotency-Key': idempotencyKey } : headers
    return (await this.exchange.call(method, below, body, { headers: sent })) as T
  }

  /** The same for clients that speak in Request and Response (openapi-fetch): any status is an answer. Raises NoNetwork. */
  async authorised(request: Request): Promise<Response> {
    const url = new URL(request.url)
    const body = request.method === 'GET' || request.method === 'HEAD' ? null : new Uint8Array(await request.arrayBuffer())
    const headers: { [name: string]: string } = {}
    request.headers.forEach((value, name) => (headers[name] = value))
    const answer = await this.exchange.attempt(request.method, (url.pathname + url.search).replace(API, ''), body, headers)
    const empty = answer.status === 204 || answer.status === 205 || answer.status === 304
    return new Response(empty ? null : answer.body, { status: answer.status, headers: answer.headers })
  }

  /** Hand unsent work in as it is, where nothing else helps. It stays here too. Raises Refused, NoNetwork. */
  async rescue(): Promise<void> {
    for await (const part of unsentParts(this.store, this.now())) {
      await this.exchange.authorised('POST', '/sync/rescue', utf8(part), { 'Content-Type': 'application/octet-stream' })
    }
  }

}
