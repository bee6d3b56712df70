/** A place on the earth: degrees, WGS-84 unless it says otherwise. */
export interface Point {
  readonly lon: number
  readonly lat: number
}

const EARTH_M = 6_371_008.8 // mean radius
const A = 6_378_245.0 // Krasovsky 1940, semi-major axis in metres
const EE = 0.00669342162296594323 // its eccentricity, squared

const radians = (degrees: number): number => (degrees * Math.PI) / 180

/** Metres along the surface. */
export function distanceM(from: Point, to: Point): number {
  const north = Math.sin(radians(to.lat - from.lat) / 2)
  const east = Math.sin(radians(to.lon - from.lon) / 2)
  const half = north * north + Math.cos(radians(from.lat)) * Math.cos(radians(to.lat)) * east * east
  return 2 * EARTH_M * Math.asin(Math.sqrt(Math.min(1, half)))
}

/** Degrees clockwise from north in which one sets out, 0 to 360. */
export function bearingDegrees(from: Point, to: Point): number {
  const across = radians(to.lon - from.lon)
  const y = Math.sin(across) * Math.cos(radians(to.lat))
  const x =
    Math.cos(radians(from.lat)) * Math.sin(radians(to.lat)) - Math.sin(radians(from.lat)) * Math.cos(radians(to.lat)) * Math.cos(across)
  return ((Math.atan2(y, x) * 180) / Math.PI + 360) % 360
}

export const WINDS = ['n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw'] as const
export type Wind = (typeof WINDS)[number]

/** The nearest of eight directions. */
export function windOf(degrees: number): Wind {
  return WINDS[Math.round(degrees / 45) % 8]!
}

/** WGS-84 to GCJ-02, in China: for display on tiles that are drawn in it, never to be stored (mirrors places/coordinates.py). */
export function toGcj02({ lon, lat }: Point): Point {
  const [x, y, pi] = [lon - 105, lat - 35, Math.PI]
  const { sin, sqrt, abs, cos } = Math
  const root = sqrt(abs(x))
  const ripple = ((20 * sin(6 * pi * x) + 20 * sin(2 * pi * x)) * 2) / 3
  let north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
  north += ((20 * sin(pi * y) + 40 * sin((pi * y) / 3) + 160 * sin((pi * y) / 12) + 320 * sin((pi * y) / 30)) * 2) / 3
  let east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
  east += ((20 * sin(pi * x) + 40 * sin((pi * x) / 3) + 150 * sin((pi * x) / 12) + 300 * sin((pi * x) / 30)) * 2) / 3
  const phi = radians(lat)
  const curve = 1 - EE * sin(phi) ** 2
  return {
    lon: lon + (east * 180) / ((A / sqrt(curve)) * cos(phi) * pi),
    lat: lat + (north * 180) / (((A * (1 - EE)) / (curve * sqrt(curve))) * pi),
  }
}
