/** A UUIDv7 (RFC 9562), as text: 48 bits of time, then chance. */
export function newId(now: number = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  for (let place = 0, left = now; place < 6; place++, left = Math.floor(left / 256)) bytes[5 - place] = left % 256
  bytes[6] = 0x70 | (bytes[6]! & 0x0f)
  bytes[8] = 0x80 | (bytes[8]! & 0x3f)
  const hex = hexadecimal(bytes)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

export function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}

export const utf8 = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(new TextEncoder().encode(text))

/** SHA-256 in hexadecimal, of text as UTF-8 or of bytes. */
export async function digestOf(content: string | Uint8Array<ArrayBuffer>): Promise<string> {
  return hexadecimal(await sha256(typeof content === 'string' ? utf8(content) : content))
}

export function base64(bytes: Uint8Array): string {
  let binary = ''
  for (let place = 0; place < bytes.length; place += 0x8000) binary += String.fromCharCode(...bytes.subarray(place, place + 0x8000))
  return btoa(binary)
}

export const base64url = (bytes: Uint8Array): string => base64(bytes).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')

/** A tracking code for a report: 128 random bits in Crockford's base 32, made here so that it is known off-line. */
export function newTrackingCode(): string {
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  let [number, code] = [0n, '']
  for (const byte of crypto.getRandomValues(new Uint8Array(16))) number = (number << 8n) | BigInt(byte)
  for (let place = 0; place < 26; place++, number >>= 5n) code = alphabet[Number(number & 31n)] + code
  return code
}
