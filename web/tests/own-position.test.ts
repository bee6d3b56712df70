import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { effectScope } from 'vue'
import { lacksOf, newDraft } from '@/features/check/finding'

const MINUTE = 60_000
let measure: () => void
let asked = 0

beforeEach(() => {
  vi.resetModules()
  vi.useFakeTimers({ now: Date.parse('2026-11-26T08:00:00Z') })
  asked = 0
  vi.stubGlobal('navigator', {
    geolocation: {
      watchPosition: (take: PositionCallback) => {
        measure = () => take({ coords: { longitude: 111.75, latitude: 40.84, accuracy: 8 }, timestamp: Date.now() } as GeolocationPosition)
        return 1
      },
      getCurrentPosition: () => asked++,
      clearWatch: () => undefined,
    },
  })
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

async function page() {
  const own = await import('@/app/ownPosition')
  const here = effectScope().run(() => own.useOwnPosition())!
  const lacks = () => lacksOf({ ...newDraft(), result: 'false', finding: '未发现' }, { hasPosition: here.fresh.value !== null, isLate: false, today: '2026-11-26' })
  return { ...own, ...here, lacks }
}

describe('where an officer stands', () => {
  test('is shown, suffices as evidence and is recorded for as long, and then none of the three', async () => {
    const { fresh, lacks, positionForRecord } = await page()
    measure()
    vi.advanceTimersByTime(1.9 * MINUTE)
    expect([fresh.value?.accuracyM, lacks(), positionForRecord()?.accuracy_m]).toEqual([8, [], 8])
    vi.advanceTimersByTime(MINUTE)
    expect([fresh.value, lacks(), positionForRecord()]).toEqual([null, ['evidence'], null])
  })

  test('that has just become old when it is recorded is said to be lacking at once', async () => {
    const { fresh, lacks, positionForRecord } = await page()
    measure()
    vi.setSystemTime(Date.now() + 3 * MINUTE) // a phone that slept: no timer ran
    expect(positionForRecord()).toBeNull()
    expect([fresh.value, lacks()]).toEqual([null, ['evidence']])
  })

  test('is asked for again by a phone that lies still', async () => {
    const { fresh } = await page()
    measure()
    vi.advanceTimersByTime(2.5 * MINUTE)
    expect(asked).toBeGreaterThan(0)
    measure()
    expect(fresh.value).not.toBeNull()
  })
})
