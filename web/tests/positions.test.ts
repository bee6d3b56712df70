import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { bearingDegrees, distanceM, toGcj02, windOf } from '../src/app/positions'

interface Shifted {
  wgs84: [number, number]
  gcj02: [number, number]
}
const points = JSON.parse(readFileSync(new URL('../../tests/places/gcj02_points.json', import.meta.url), 'utf8')) as Shifted[]
const HOHHOT = { lon: 111.75, lat: 40.84 }

describe('positions on the device', () => {
  test.each(points)('$wgs84 is shown on a GCJ-02 map where the server would put it', ({ wgs84: [lon, lat], gcj02 }) => {
    const shown = toGcj02({ lon, lat })
    expect(shown.lon).toBeCloseTo(gcj02[0], 7)
    expect(shown.lat).toBeCloseTo(gcj02[1], 7)
  })

  test('a degree of latitude is 111 km to the north', () => {
    const north = { lon: 111.75, lat: 41.84 }
    expect(distanceM(HOHHOT, north)).toBeCloseTo(111_195, -1)
    expect(windOf(bearingDegrees(HOHHOT, north))).toBe('n')
    expect(bearingDegrees(north, HOHHOT)).toBeCloseTo(180, 6)
  })

  test.each([
    [0.01, 0.0001, 'e'],
    [-0.01, 0.0076, 'nw'],
    [0.01, -0.0076, 'se'],
    [-0.01, 0, 'w'],
  ] as const)('%f, %f from here lies %s', (lon, lat, wind) => {
    expect(windOf(bearingDegrees(HOHHOT, { lon: HOHHOT.lon + lon, lat: HOHHOT.lat + lat }))).toBe(wind)
  })

  test('nowhere to go is no distance', () => {
    expect(distanceM(HOHHOT, HOHHOT)).toBe(0)
  })
})
