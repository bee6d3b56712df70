import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { keepPictures, missingPictures } from '@/app/pictures'
import type { Device } from '@/offline'
import { citizen } from './offline/world'

const DAY = 24 * 3_600_000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-26T08:00:00Z') })
  vi.stubGlobal('location', { origin: 'https://fire.example' })
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** Somebody's phone, and which pictures it fetched. */
async function phone() {
  const device = await citizen()
  const fetched: string[] = []
  vi.spyOn(device, 'authorised').mockImplementation(async ({ url }) => {
    fetched.push(url.split('/')[6]!)
    return new Response(new Blob(['picture'], { type: 'image/webp' }))
  })
  return { device, fetched }
}
const isHere = async (device: Device, id: string): Promise<boolean> => (await missingPictures(device, [id])) === 0

describe('pictures for the days without a network', () => {
  test('stay for as long as somebody asks for them, and go a month after', async () => {
    const { device } = await phone()
    await keepPictures(device, ['plan', 'case'])
    vi.setSystemTime(Date.now() + 20 * DAY)
    await keepPictures(device, ['plan'])
    vi.setSystemTime(Date.now() + 11 * DAY)
    await keepPictures(device, ['other'])
    expect([await isHere(device, 'plan'), await isHere(device, 'case')]).toEqual([true, false])
  })

  test('that are asked for while others are being fetched come with them', async () => {
    const { device, fetched } = await phone()
    await Promise.all([keepPictures(device, ['case']), keepPictures(device, ['plan'])])
    expect(fetched).toEqual(['case', 'plan'])
    expect(await missingPictures(device, ['case', 'plan'])).toBe(0)
  })

  test('that did not come are counted', async () => {
    const { device } = await phone()
    vi.spyOn(device, 'authorised').mockResolvedValue(new Response(null, { status: 404 }))
    await keepPictures(device, ['plan'])
    expect(await missingPictures(device, ['plan', 'other'])).toBe(2)
  })
})
