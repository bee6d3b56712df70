import type { Change, Listener } from './types'

type Message =
  | { readonly kind: 'change'; readonly change: Change }
  | { readonly kind: 'key'; readonly key: CryptoKey } // of the base, from a tab in which the PIN was given
  | { readonly kind: 'key?' }

/** Wakes whoever leads, in whatever tab, for any partition of this install. */
export class Bell {
  private readonly others = typeof BroadcastChannel === 'function' ? new BroadcastChannel('fire-bell') : null
  private static readonly inThisTab = new Set<() => void>()

  constructor(private readonly heard: () => void) {
    Bell.inThisTab.add(heard)
    this.others?.addEventListener('message', heard)
  }

  static ring(): void {
    for (const heard of [...Bell.inThisTab]) heard()
    if (typeof BroadcastChannel !== 'function') return // a round every five minutes finds it
    const others = new BroadcastChannel('fire-bell')
    others.postMessage(null)
    others.close()
  }

  close(): void {
    Bell.inThisTab.delete(this.heard)
    this.others?.close()
  }
}

/** Tells this tab's listeners, and other tabs of the same person, what changed. */
export class Channel {
  private readonly listeners = new Set<Listener>()
  private isClosed = false
  private first: (change: Change) => Promise<void> = async () => undefined
  private readonly others: BroadcastChannel | null

  constructor(
    partition: string,
    private readonly keys: { offer: () => CryptoKey | null; take: (key: CryptoKey) => void },
  ) {
    this.others = typeof BroadcastChannel === 'function' ? new BroadcastChannel(`fire-${partition}`) : null
    this.others?.addEventListener('message', (event: MessageEvent<Message>) => this.hear(event.data))
  }

  /** Hear of each change before the listeners do; they wait for it. */
  before(first: (change: Change) => Promise<void>): void {
    this.first = first
  }

  subscribe(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  tell(change: Change): void {
    this.others?.postMessage({ kind: 'change', change } satisfies Message)
    this.pass(change)
  }

  /** Ask whether the PIN was given in another tab. */
  askForKey(): void {
    this.others?.postMessage({ kind: 'key?' } satisfies Message)
  }

  shareKey(): void {
    const key = this.keys.offer()
    if (key) this.others?.postMessage({ kind: 'key', key } satisfies Message)
  }

  private hear(message: Message): void {
    if (message.kind === 'key') this.keys.take(message.key)
    else if (message.kind === 'key?') this.shareKey()
    else this.pass(message.change)
  }

  private pass(change: Change): void {
    const told = this.first(change).then(() => {
      for (const listener of [...this.listeners]) listener(change)
    })
    told.catch((error: unknown) => {
      if (!this.isClosed) throw error // a defect, loud; a device that was closed meanwhile has nobody to tell
    })
  }

  close(): void {
    this.isClosed = true
    this.others?.close()
    this.listeners.clear()
  }
}
