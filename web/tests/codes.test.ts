import encodeQR from 'qr'
import { beforeAll, describe, expect, test } from 'vitest'
import { actCodes, ActReader, digestDigits, signatureCode, signatureDigits, signatureOf, typedDigest, typedSignature, type Act } from '../src/features/cosign/codes'
import { readCode } from '../src/features/cosign/reading'
import { digestOf } from '../src/offline/ids'
import { newDeviceKey, publicJwk, signDigest } from '../src/offline/keys'

const LINE = JSON.stringify({ mid: '019abc', name: 'hazard.verify_false', args: { finding: '现场未发现所反映的情况。'.repeat(40) } })
const SIGNER = '0194f1de-0000-7000-8000-000000000001'
let act: Act
let key: CryptoKeyPair
let signature: string

beforeAll(async () => {
  act = { line: LINE, digest: await digestOf(LINE), by: '王建国' }
  key = await newDeviceKey()
  signature = await signDigest(key, act.digest)
})

async function read(codes: readonly string[]): Promise<Act | null> {
  const reader = new ActReader()
  let found: Act | null = null
  for (const code of codes) found = (await reader.take(code)) ?? found
  return found
}

describe('the act between two phones', () => {
  test('is read from codes in any order, some of them twice, other codes between', async () => {
    const codes = actCodes(act)
    expect(codes.length).toBeGreaterThan(2)
    expect(await read([codes[1]!, 'https://example.org', ...[...codes].reverse(), codes[0]!])).toEqual(act)
  })

  test('is not whole while a code is missing', async () => {
    expect(await read(actCodes(act).slice(1))).toBeNull()
  })

  test('is not shown if its words are not those of its digest', async () => {
    const changed = actCodes({ ...act, line: LINE.replace('未发现', '已发现') })
    expect(await read(changed)).toBeNull()
  })

  test('another act takes the place of one that was begun', async () => {
    const other = { line: '{}', digest: await digestOf('{}'), by: '李晓梅' }
    expect(await read([actCodes(act)[0]!, ...actCodes(other)])).toEqual(other)
  })
})

describe('digits that are typed', () => {
  test('give the digest', () => {
    expect(digestDigits(act.digest)).toMatch(/^(\d{5} ){15}\d{5}$/)
    expect(typedDigest(digestDigits(act.digest).replaceAll(' ', '-'))).toBe(act.digest)
  })

  test('one wrong digit is found', () => {
    const digits = digestDigits(act.digest)
    const wrong = (Number(digits[3]) + 1) % 10
    expect(typedDigest(digits.slice(0, 3) + wrong + digits.slice(4))).toBeNull()
  })

  test('give the signature, which fits this act alone and verifies under the key of its device', async () => {
    const typed = signatureDigits({ digest: act.digest, signature })
    expect(typed.replaceAll(' ', '')).toHaveLength(160)
    expect(typedSignature(typed, act.digest)).toBe(signature)
    expect(typedSignature(typed, await digestOf('{}'))).toBeNull()
    expect(await publicJwk(key)).toMatchObject({ kty: 'EC', crv: 'P-256' })
  })
})

test('a signature is scanned as it was shown', () => {
  const shown = { digest: act.digest, signerId: SIGNER, signature }
  expect(signatureOf(signatureCode(shown))).toEqual(shown)
  expect(signatureOf(actCodes(act)[0]!)).toBeNull()
})

describe('a camera without a reader of its own', () => {
  /** A code as a frame of a camera has it: some pixels to a module, grey instead of black, noise all over. */
  function frame(text: string, scale = 4) {
    const code = encodeQR(text, 'raw', { ecc: 'low', border: 3 })
    const side = code.length * scale
    const data = new Uint8ClampedArray(side * side * 4)
    for (let at = 0; at < side * side; at++) {
      const dark = code[Math.floor(Math.floor(at / side) / scale)]![Math.floor((at % side) / scale)]!
      data.set(Array(3).fill((dark ? 50 : 210) + ((at * 7919) % 31)).concat(255), at * 4)
    }
    return { width: side, height: side, data }
  }

  test('reads every code of an act and the signature', async () => {
    expect(await read(actCodes(act).map((code) => readCode(frame(code)) ?? ''))).toEqual(act)
    const text = signatureCode({ digest: act.digest, signerId: SIGNER, signature })
    expect(readCode(frame(text))).toBe(text)
  })

  test('waits for a better frame where there is no code', () => {
    expect(readCode({ width: 64, height: 64, data: new Uint8ClampedArray(64 * 64 * 4).fill(128) })).toBeNull()
  })
})
