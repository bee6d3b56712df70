import { describe, expect, it } from 'vitest'
import { nextOf, tagOf } from '@/features/my-reports/next'
import { disputeUntil } from '@/features/my-reports/sight'
import { takenAt } from '@/features/report/exif'
import { lackOf, NOTHING_SAID, placeOf } from '@/features/report/place'
import { grouped, meantCode, shortCode } from '@/features/report/queryCode'

const CODE = '0123456789ABCDEFGHJKMNPQRS'
const NUMBER = 'YH15010520261126000003'
const HERE = { lon: 111.75, lat: 40.84, crs: 'wgs84', accuracy_m: 8, source: 'gps' } as const

/** The head of a JPEG as phones write it: two directories, the moment and its offset. */
function photo(moment: string, offset = ''): Blob {
  const [exifAt, textAt, offsetAt] = [26, 56, 76]
  const tiff = new DataView(new ArrayBuffer(90))
  const entry = (at: number, tag: number, type: number, count: number, value: number): void => {
    tiff.setUint16(at, tag, true)
    tiff.setUint16(at + 2, type, true)
    tiff.setUint32(at + 4, count, true)
    tiff.setUint32(at + 8, value, true)
  }
  const text = (at: number, words: string): void => [...words].forEach((letter, place) => tiff.setUint8(at + place, letter.charCodeAt(0)))
  tiff.setUint16(0, 0x4949)
  tiff.setUint16(2, 42, true)
  tiff.setUint32(4, 8, true)
  tiff.setUint16(8, 1, true)
  entry(10, 0x8769, 4, 1, exifAt)
  tiff.setUint16(exifAt, offset ? 2 : 1, true)
  entry(exifAt + 2, 0x9003, 2, 20, textAt)
  if (offset) entry(exifAt + 14, 0x9011, 2, 7, offsetAt)
  text(textAt, moment)
  text(offsetAt, offset)
  const head = [0xff, 0xd8, 0xff, 0xe1, 0, 98, ...new TextEncoder().encode('Exif'), 0, 0]
  return new Blob([new Uint8Array(head), tiff.buffer, new Uint8Array([0xff, 0xda])])
}

describe('a photo', () => {
  it('keeps the moment at which it was taken', async () => {
    expect(await takenAt(photo('2026:11:24 08:30:00', '+08:00'))).toBe('2026-11-24T00:30:00.000Z')
  })

  it('without an offset was taken in the zone of the device', async () => {
    expect(await takenAt(photo('2026:11:24 08:30:00'))).toBe(new Date('2026-11-24T08:30:00').toISOString())
  })

  it('that says nothing, or nonsense, has no moment of its own', async () => {
    expect(await takenAt(new Blob([new Uint8Array([0xff, 0xd8, 0xff, 0xda, 0, 2])]))).toBeNull()
    expect(await takenAt(new Blob(['\u0089PNG']))).toBeNull()
    expect(await takenAt(photo('0000:00:00 00:00:00'))).toBeNull()
    expect(await takenAt(photo('2026:11:24 08:30:00').slice(0, 40))).toBeNull()
  })
})

describe('a query code', () => {
  it('is read however it was typed', () => {
    expect(meantCode(grouped(CODE).toLowerCase())).toBe(CODE)
    expect(meantCode('o' + CODE.slice(1).replace('1', 'l'))).toBe(CODE)
    expect(meantCode(shortCode(NUMBER, CODE).replace('-', ' - '))).toBe(`${NUMBER}-01234567`)
  })

  it('that cannot be one is not asked for', () => {
    for (const typed of ['', CODE.slice(1), CODE + '0', NUMBER, 'U' + CODE.slice(1)]) expect(meantCode(typed)).toBeNull()
  })
})

describe('a place', () => {
  it('is a position, or a banner with one thing by which it is found', () => {
    const banner = { ...NOTHING_SAID, regionCode: '152502' }
    expect(lackOf(HERE, NOTHING_SAID)).toBeNull()
    expect(lackOf(null, NOTHING_SAID)).toBe('position')
    expect(lackOf(null, { ...NOTHING_SAID, gacha: '巴彦' })).toBe('region')
    expect(lackOf(null, { ...banner, landmark: ' ' })).toBe('words')
    expect(lackOf(null, { ...banner, landmark: '敖包' })).toBeNull()
  })

  it('that the network guessed wants a banner, unless the server knows it', () => {
    const guess = { ...HERE, accuracy_m: 5000 }
    expect(lackOf(guess, NOTHING_SAID)).toBe('region')
    expect(lackOf(guess, NOTHING_SAID, true)).toBeNull()
    expect(lackOf(guess, { ...NOTHING_SAID, regionCode: '152502' })).toBeNull()
  })

  it('is sent without empty words', () => {
    expect(placeOf(null, { ...NOTHING_SAID, regionCode: '152502', landmark: ' 敖包 ' })).toEqual({
      position: null, region_code: '152502', sumu: null, gacha: null, household: null, landmark: '敖包',
    })
  })
})

describe('the line of a card', () => {
  const sent = { phase: 'sent', state: 'REGISTERED', dueAt: '2026-11-27T02:00:00Z', isRated: false, disputeUntil: null } as const
  const now = Date.parse('2026-11-26T02:00:00Z')

  it('says what happens next and until when', () => {
    expect(nextOf(sent, now)).toEqual({ key: 'my-reports.next.REGISTERED', at: sent.dueAt })
    expect(nextOf(sent, now + 2 * 86_400_000)).toEqual({ key: 'my-reports.next.overdue', at: sent.dueAt })
    expect(nextOf({ ...sent, dueAt: null }, now)).toEqual({ key: 'my-reports.next.REGISTERED.undated' })
  })

  it('tells what is saved from what was sent', () => {
    expect(nextOf({ ...sent, phase: 'saved', state: null }, now).key).toBe('my-reports.next.saved')
    expect(tagOf({ phase: 'saved', state: null }).key).toBe('my-reports.tag.saved')
    expect(tagOf({ phase: 'sent', state: null }).key).toBe('report.sent')
  })

  it('asks for a rating once, and names the last day of an objection', () => {
    const closed = { ...sent, state: 'CLOSED', dueAt: null } as const
    const until = disputeUntil({ dispute_until: '2026-12-07T15:59:59Z', disputed_at: null })
    expect(nextOf({ ...closed, disputeUntil: until }, now).key).toBe('my-reports.next.CLOSED.rate')
    expect(nextOf({ ...closed, isRated: true, disputeUntil: until }, now)).toEqual({ key: 'my-reports.next.CLOSED.dispute', at: until })
    expect(nextOf({ ...closed, isRated: true, disputeUntil: until }, Date.parse(until!) + 1).key).toBe('my-reports.next.CLOSED')
    expect(disputeUntil({ dispute_until: '2026-12-07T15:59:59Z', disputed_at: '2026-11-21T02:00:00Z' })).toBeNull()
  })
})
