/**
 * What two phones show each other where there is no network: the act, and the second officer's signature over its digest.
 *
 * As a code to scan, the act travels whole, so that the other phone shows what it signs and computes the digest itself.
 * As digits to type, only the digest or the signature does, in groups of five with two check digits at the end.
 */
import { base64url, digestOf, utf8 } from '@/offline/ids'

const ACT = 'FIRE-ACT:1'
const SIGNATURE = 'FIRE-SIG:1'
const PART_BYTES = 380 // a code that a phone of 2019 reads from another one's screen
const GROUP = 5
const MODULUS = 97n

export interface Act {
  readonly line: string // the sealed line, as the first officer's phone keeps it
  readonly digest: string // SHA-256 of it, 64 hexadecimal digits
  readonly by: string // the name that the other phone says
}

export interface Signature {
  readonly digest: string
  readonly signerId: string
  readonly signature: string // ES256, base64url, 86 characters
}

// ---- the act, in codes to scan ----

/** One code, or several that are shown by turns. */
export function actCodes(act: Act): string[] {
  const parts = cut(JSON.stringify([act.by, act.line]), PART_BYTES)
  return parts.map((part, place) => `${ACT}:${act.digest.slice(0, 8)}:${place + 1}/${parts.length}:${part}`)
}

/** Text in parts of at most so many bytes, no character cut. */
function cut(text: string, mostBytes: number): string[] {
  const parts: string[] = []
  let [part, bytes] = ['', 0]
  for (const one of text) {
    const length = utf8(one).length
    if (bytes + length > mostBytes) {
      parts.push(part)
      ;[part, bytes] = ['', 0]
    }
    part += one
    bytes += length
  }
  return [...parts, part]
}

/** Collects what is scanned, in any order, until an act is whole. */
export class ActReader {
  private digest = ''
  private parts: (string | undefined)[] = []

  get wanted(): number {
    return this.parts.length
  }

  get found(): number {
    return this.parts.filter((part) => part !== undefined).length
  }

  /** The act once it is whole and fits its digest, or null. Codes of something else are passed over. */
  async take(code: string): Promise<Act | null> {
    const match = /^FIRE-ACT:1:([0-9a-f]{8}):(\d+)\/(\d+):([\s\S]*)$/.exec(code)
    if (!match) return null
    const [, digest, place, count, part] = match as unknown as [string, string, string, string, string]
    if (digest !== this.digest || Number(count) !== this.parts.length) {
      this.digest = digest
      this.parts = Array.from({ length: Math.min(99, Number(count)) }, () => undefined)
    }
    if (Number(place) >= 1 && Number(place) <= this.parts.length) this.parts[Number(place) - 1] = part
    return this.found === this.wanted ? this.whole() : null
  }

  private async whole(): Promise<Act | null> {
    try {
      const [by, line] = JSON.parse(this.parts.join('')) as [unknown, unknown]
      if (typeof by !== 'string' || typeof line !== 'string') return null
      const digest = await digestOf(line)
      return digest.startsWith(this.digest) ? { by, line, digest } : null
    } catch (error) {
      if (error instanceof SyntaxError) return null // parts of two acts
      throw error
    }
  }
}

// ---- the signature ----

export function signatureCode({ digest, signerId, signature }: Signature): string {
  return `${SIGNATURE}:${digest}:${signerId}:${signature}`
}

/** A signature as it was scanned, or null if the code is something else. */
export function signatureOf(code: string): Signature | null {
  const match = /^FIRE-SIG:1:([0-9a-f]{64}):([0-9a-f-]{36}):([A-Za-z0-9_-]{86})$/.exec(code.trim())
  return match ? { digest: match[1]!, signerId: match[2]!, signature: match[3]! } : null
}

// ---- digits to type ----

/** A digest as 80 digits. */
export function digestDigits(digest: string): string {
  return grouped(withCheck(BigInt(`0x${digest}`), 78, 0n))
}

/** The digest that was typed, or null if a digit is wrong. */
export function typedDigest(typed: string): string | null {
  const number = checked(typed, 78, 0n)
  return number === null || number >= 1n << 256n ? null : number.toString(16).padStart(64, '0')
}

/** A signature as 160 digits, which fit this digest alone. */
export function signatureDigits({ digest, signature }: Pick<Signature, 'digest' | 'signature'>): string {
  return grouped(withCheck(numberOf(bytesOf(signature)), 158, BigInt(`0x${digest}`)))
}

/** The signature over this digest that was typed, or null if a digit is wrong or it is over another one. */
export function typedSignature(typed: string, digest: string): string | null {
  const number = checked(typed, 158, BigInt(`0x${digest}`))
  if (number === null || number >= 1n << 512n) return null
  const hex = number.toString(16).padStart(128, '0')
  return base64url(Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16)))
}

function withCheck(number: bigint, length: number, over: bigint): string {
  return number.toString().padStart(length, '0') + ((number + over) % MODULUS).toString().padStart(2, '0')
}

function checked(typed: string, length: number, over: bigint): bigint | null {
  const digits = typed.replace(/\D/g, '')
  if (digits.length !== length + 2) return null
  const number = BigInt(digits.slice(0, length))
  return (number + over) % MODULUS === BigInt(digits.slice(length)) ? number : null
}

function grouped(digits: string): string {
  return digits.match(new RegExp(`.{1,${GROUP}}`, 'g'))!.join(' ')
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (one) => one.charCodeAt(0))
}

function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n)
}
