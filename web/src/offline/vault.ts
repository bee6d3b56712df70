import type { SealedText } from './databases'
import { Locked } from './errors'
import { utf8 } from './ids'

const ROUNDS = 600_000 // of PBKDF2: a third of a second on a phone
const LENGTH = 256

/** A data key wrapped under what a PIN and this browser's own key yield together. */
export interface WrappedKey {
  readonly salt: Uint8Array<ArrayBuffer>
  readonly iv: Uint8Array<ArrayBuffer>
  readonly key: ArrayBuffer
  readonly rounds: number
}

/** Seals the data of rows. Without a PIN it does nothing; with one it has to be unlocked first. */
export class Vault {
  private dataKey: CryptoKey | null = null

  constructor(private sealing: boolean) {}

  get isSealing(): boolean {
    return this.sealing
  }

  get isOpen(): boolean {
    return !this.sealing || this.dataKey !== null
  }

  /** The key, for the other tabs of the same person. */
  get sharedKey(): CryptoKey | null {
    return this.dataKey
  }

  unlockWith(key: CryptoKey): void {
    this.sealing = true
    this.dataKey = key
  }

  lock(): void {
    this.dataKey = null
  }

  /** There is no PIN (any more). */
  disarm(): void {
    this.sealing = false
    this.dataKey = null
  }

  arm(): void {
    this.sealing = true
  }

  /** Raises Locked. */
  async seal(text: string): Promise<string | SealedText> {
    if (!this.sealing) return text
    if (!this.dataKey) throw new Locked('pin')
    const iv = crypto.getRandomValues(new Uint8Array(12))
    return { iv, text: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, this.dataKey, utf8(text)) }
  }

  /** Raises Locked. */
  async open(data: string | SealedText): Promise<string> {
    if (this.sealing && !this.dataKey) throw new Locked('pin') // also what was stored before there was a PIN
    if (typeof data === 'string') return data
    if (!this.dataKey) throw new Locked('pin')
    const opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: data.iv as Uint8Array<ArrayBuffer> }, this.dataKey, data.text)
    return new TextDecoder().decode(opened)
  }
}

/** A key of this browser that cannot be taken out: a copied file alone does not suffice to try all PINs. */
export function newPinKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
}

/** A new data key, and how it is kept under this PIN. */
export async function wrapNewKey(pin: string, pinKey: CryptoKey, rounds = ROUNDS): Promise<{ key: CryptoKey; wrapped: WrappedKey }> {
  const extractable = await crypto.subtle.generateKey({ name: 'AES-GCM', length: LENGTH }, true, ['encrypt', 'decrypt'])
  const raw = await crypto.subtle.exportKey('raw', extractable)
  return { key: await dataKey(raw), wrapped: await wrap(raw, pin, pinKey, rounds) }
}

/** The data key, or null if the PIN is wrong. */
export async function unwrapKey(pin: string, pinKey: CryptoKey, wrapped: WrappedKey): Promise<CryptoKey | null> {
  const under = await keyOf(pin, pinKey, wrapped.salt, wrapped.rounds)
  try {
    return await dataKey(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: wrapped.iv }, under, wrapped.key))
  } catch {
    return null // AES-GCM says only that it does not fit
  }
}

/** The same data key under another PIN, or null if the old one is wrong. */
export async function rewrapKey(before: string, after: string, pinKey: CryptoKey, wrapped: WrappedKey): Promise<WrappedKey | null> {
  const under = await keyOf(before, pinKey, wrapped.salt, wrapped.rounds)
  try {
    const raw = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: wrapped.iv }, under, wrapped.key)
    return await wrap(raw, after, pinKey, wrapped.rounds)
  } catch {
    return null
  }
}

async function wrap(raw: ArrayBuffer, pin: string, pinKey: CryptoKey, rounds: number): Promise<WrappedKey> {
  const [salt, iv] = [crypto.getRandomValues(new Uint8Array(16)), crypto.getRandomValues(new Uint8Array(12))]
  const under = await keyOf(pin, pinKey, salt, rounds)
  return { salt, iv, rounds, key: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, under, raw) }
}

function dataKey(raw: ArrayBuffer): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

async function keyOf(pin: string, pinKey: CryptoKey, salt: Uint8Array<ArrayBuffer>, rounds: number): Promise<CryptoKey> {
  const typed = await crypto.subtle.importKey('raw', utf8(pin), 'PBKDF2', false, ['deriveBits'])
  const slow = await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations: rounds }, typed, LENGTH)
  const bound = await crypto.subtle.sign('HMAC', pinKey, slow)
  return crypto.subtle.importKey('raw', bound, 'AES-GCM', false, ['encrypt', 'decrypt'])
}
