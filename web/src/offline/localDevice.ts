import { Bell, Channel } from './channel'
import { StorageFull } from './errors'
import { Exchange } from './exchange'
import { digestOf, newId } from './ids'
import { signDigest } from './keys'
import { Pin } from './pin'
import { Pulling } from './pulling'
import { Pushing } from './pushing'
import * as registry from './registry'
import { unsentParts } from './rescue'
import { Store } from './store'
import { FetchTransport, type Transport } from './transport'
import type { Json, JsonObject, Listener, Photo, Row, Sealed, SessionUser, Shown, StorageState, Waiting } from './types'
import { Uploading } from './uploading'
import { Vault } from './vault'
import { waitingOf } from './waiting'

export interface DeviceOptions {
  readonly transport?: Transport
  readonly now?: () => number // milliseconds since 1970, by the device's clock
  readonly platform?: string // e.g. "pwa-android"
  readonly appVersion?: string
}

export interface MutateOptions {
  /** `[was, new]` for each field: what a three-way merge compares. */
  readonly changes?: { readonly [field: string]: readonly [Json, Json] }
  /** Mids of acts that have to come first. */
  readonly dependsOn?: readonly string[]
  readonly version?: number
}

/** The part of a device that needs no network: what is saved, and what the person sees. */
export abstract class LocalDevice {
  readonly store: Store
  readonly pin: Pin
  readonly pulling: Pulling
  readonly pushing: Pushing
  readonly uploading: Uploading
  protected readonly exchange: Exchange
  protected readonly channel: Channel
  protected readonly now: () => number
  private signedIn: SessionUser | null = null
  private isSending = false

  protected constructor(
    readonly partition: string,
    options: DeviceOptions,
  ) {
    this.now = options.now ?? Date.now
    const vault = new Vault(false)
    this.store = new Store(partition, vault)
    this.channel = new Channel(partition, { offer: () => vault.sharedKey, take: (key) => this.takeKey(key) })
    const tell = this.channel.tell.bind(this.channel)
    this.channel.subscribe((change) => {
      if (change.kind === 'round') this.isSending = change.isSending
    })
    this.exchange = new Exchange(this.store, options.transport ?? new FetchTransport(), () => this.install(), tell, {
      platform: options.platform ?? 'web',
      appVersion: options.appVersion ?? '1.0.0',
      now: this.now,
    })
    this.pin = new Pin(this.store, tell, this.now)
    this.pushing = new Pushing(this.exchange)
    this.pulling = new Pulling(this.exchange, this.pushing)
    this.uploading = new Uploading(this.exchange)
  }

  get isGuest(): boolean {
    return registry.isGuestPartition(this.partition)
  }

  /** The id of this install, as this person's sessions know it: another one for each guest. */
  install(): Promise<string> {
    return this.store.outbox.values.kept('install', () => (this.isGuest ? newId() : registry.installId()))
  }

  /** Who is signed in here, also without a network; null if nobody is. */
  get user(): SessionUser | null {
    return this.signedIn
  }

  protected async lookWhoIsSignedIn(): Promise<void> {
    this.signedIn = (await this.store.outbox.values.get('user')) ?? null
  }

  // ---- off-line ----

  /** Seal one act into the outbox. From here on its text never changes. Raises TooLong, StorageFull: then nothing was saved. */
  async mutate(name: string, entityId: string, args: JsonObject = {}, options: MutateOptions = {}): Promise<Sealed> {
    const entityType = name.split('.', 1)[0]!
    const mid = newId(this.now())
    const { base, outbox } = this.store
    const [revision, epoch] = [await base.revision(entityType, entityId), await base.values.get('baseEpoch')]
    const era = await this.install()
    const sealed = await outbox.append({ mid, name, entityType, entityId }, (after) =>
      JSON.stringify({
        mid,
        name,
        version: options.version ?? 1,
        entity: { type: entityType, id: entityId },
        base: { revision, after, ...(epoch === undefined ? {} : { epoch }) },
        changes: options.changes ?? {},
        args,
        made_at: { wall: new Date(this.now()).toISOString(), mono_ms: Math.floor(performance.now()), era },
        depends_on: options.dependsOn ?? [],
      }),
    )
    this.channel.tell({ kind: 'saved' })
    Bell.ring()
    return sealed
  }

  /** Keep a photo until the server has stored it; its id, for the record that shows it. Raises StorageFull. */
  async addPhoto(photo: Blob, role = 'report', { capturedAt = null as string | null } = {}): Promise<string> {
    const id = newId(this.now())
    const bytes = new Uint8Array(await photo.arrayBuffer())
    const kept = { id, role, contentType: photo.type || 'image/jpeg', capturedAt, addedAt: new Date(this.now()).toISOString() }
    try {
      await this.store.photos.add(kept, bytes)
    } catch (error) {
      throw error instanceof StorageFull ? new StorageFull((await this.store.outbox.countWaiting()) + (await this.store.photos.count())) : error
    }
    this.channel.tell({ kind: 'photos' })
    Bell.ring()
    return id
  }

  /** Photos that wait, with their bytes where one is asked for by its id. */
  photos(): Promise<Photo[]> {
    return this.store.photos.all()
  }

  async photo(id: string): Promise<Blob | null> {
    const [bytes, photo] = [await this.store.photos.bytes(id), (await this.photos()).find((one) => one.id === id)]
    return bytes && photo ? new Blob([bytes], { type: photo.contentType }) : null
  }

  /** Give up a photo, e.g. one that the server refuses. */
  async dropPhoto(id: string): Promise<void> {
    await this.store.photos.drop(id)
    this.channel.tell({ kind: 'photos' })
  }

  /** SHA-256 of a sealed act: what the second officer signs, shown as a code. */
  digest(sealed: Sealed): Promise<string> {
    return digestOf(sealed.line)
  }

  /** Sign another officer's act, shown as a code on his phone. */
  async sign(actSha256: string): Promise<string> {
    return signDigest(await this.store.key(), actSha256)
  }

  // ---- what the person sees ----

  /** A record: the highest revision, then the largest projection, with the overlay of what is under way. Raises Locked. */
  async shown(entityType: string, entityId: string): Promise<Shown | null> {
    await this.pin.requireOpen()
    return this.store.shown(entityType, entityId)
  }

  /** Every record of a type as the person sees it. Raises Locked. */
  async allShown(entityType: string): Promise<Shown[]> {
    await this.pin.requireOpen()
    return this.store.allShown(entityType)
  }

  /** Records that a restored server did not send again. Raises Locked. */
  async limbo(): Promise<Row[]> {
    await this.pin.requireOpen()
    return this.store.base.limbo()
  }

  async dismiss(row: Row): Promise<void> {
    await this.store.base.dismiss(row)
    this.channel.tell({ kind: 'base', types: [row.type] })
  }

  /** Everything that was saved here and whose receipt is not safe yet, in order. Never locked. */
  outbox(): Promise<Sealed[]> {
    return this.store.outbox.linesFrom(1)
  }

  waiting(): Promise<Waiting> {
    return waitingOf(this.store, this.isGuest, this.isSending)
  }

  /** How much only this person can hand in: the guard of signing out. */
  async unsent(): Promise<number> {
    const { acts, photos, refusedPhotos } = await this.waiting()
    return acts + photos - refusedPhotos
  }

  /** Hear what changes, in this tab and in others. Answers with what ends it. */
  subscribe(listener: Listener): () => void {
    return this.channel.subscribe(listener)
  }

  // ---- storage ----

  /** Ask the browser to keep our storage, and what it says of it. */
  async persist(): Promise<StorageState> {
    if (typeof navigator !== 'undefined') await navigator.storage?.persist?.().catch(() => false)
    return this.storageState()
  }

  async storageState(): Promise<StorageState> {
    const storage = typeof navigator === 'undefined' ? undefined : navigator.storage
    const [persistent, estimate] = [await storage?.persisted?.(), await storage?.estimate?.()]
    return { persistent: persistent ?? null, usedBytes: estimate?.usage ?? null, quotaBytes: estimate?.quota ?? null }
  }

  /** Unsent work as a file: NDJSON that `POST /sync/rescue` takes. */
  async exportUnsent(): Promise<File> {
    const parts: string[] = []
    for await (const part of unsentParts(this.store, this.now())) parts.push(part)
    const day = new Date(this.now()).toISOString().slice(0, 10)
    return new File(parts, `unsent-${day}.ndjson`, { type: 'application/x-ndjson' })
  }

  private takeKey(key: CryptoKey): void {
    if (!this.store.vault.isSealing || this.store.vault.isOpen) return
    this.store.vault.unlockWith(key)
    this.channel.tell({ kind: 'lock' })
  }
}
