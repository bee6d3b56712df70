import { beforeAll, describe, expect, test } from 'vitest'
import { actCodes, ActReader, digestDigits, signatureCode, signatureDigits, signatureOf, typedDigest, typedSignature, type Act } from '../src/features/cosign/codes'
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
