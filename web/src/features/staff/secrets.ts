const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567' // RFC 4648
const CLEAR = { upper: 'ABCDEFGHJKLMNPQRSTUVWXYZ', lower: 'abcdefghijkmnpqrstuvwxyz', digit: '23456789' } // nothing that looks like something else
const GROUP = 4
const SECRET_BYTES = 20 // 160 bits, 32 letters

/** A whole number below `limit` (at most 256), each as likely. */
function below(limit: number): number {
  const fair = 256 - (256 % limit)
  for (;;) {
    const [byte] = crypto.getRandomValues(new Uint8Array(1))
    if (byte! < fair) return byte! % limit
  }
}

const group = (letters: string): string => Array.from({ length: GROUP }, () => letters[below(letters.length)]).join('')

/** A first password that can be read out, with all kinds of characters that the server asks for; it is changed at the first sign-in. */
export const makePassword = (): string => [CLEAR.upper, CLEAR.lower, CLEAR.digit, CLEAR.lower].map(group).join('-')

/** A secret for the generator of codes, whole bytes in base32. */
export function makeTotpSecret(): string {
  const bits = [...crypto.getRandomValues(new Uint8Array(SECRET_BYTES))].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return bits.match(/.{5}/g)!.map((five) => BASE32[parseInt(five, 2)]).join('')
}
