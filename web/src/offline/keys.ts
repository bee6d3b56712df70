import { base64url, utf8 } from './ids'

const ES256 = { name: 'ECDSA', namedCurve: 'P-256' } as const

/** The device's key pair (ES256): made on the device, not extractable, kept by the browser. */
export function newDeviceKey(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ES256, false, ['sign', 'verify'])
}

/** The public key (RFC 7517), as the device registers it. */
export async function publicJwk(key: CryptoKeyPair): Promise<{ kty: string; crv: string; x: string; y: string }> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', key.publicKey)
  return { kty: kty!, crv: crv!, x: x!, y: y! }
}

/** ES256 over the 64 hexadecimal characters of an act's digest: r and s, base64url without padding. */
export async function signDigest(key: CryptoKeyPair, actSha256: string): Promise<string> {
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key.privateKey, utf8(actSha256))
  return base64url(new Uint8Array(signature))
}
