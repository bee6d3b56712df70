import { onBeforeUnmount, ref, shallowRef } from 'vue'
import type { Schemas } from './http'
import type { Point } from './positions'

export interface OwnPosition extends Point {
  readonly accuracyM: number
  readonly at: number // milliseconds since 1970
}

/** Why there is none: refused by the person, or not to be had here. */
export type NoPosition = 'denied' | 'unavailable'

const position = shallowRef<OwnPosition | null>(null)
const trouble = ref<NoPosition | null>(null)
const OLD_MS = 120_000
const GPS_M = 100 // what a network guesses is worse
let watching = 0
let watchId = 0

function take({ coords, timestamp }: GeolocationPosition): void {
  position.value = { lon: coords.longitude, lat: coords.latitude, accuracyM: coords.accuracy, at: timestamp }
  trouble.value = null
}

function fail(error: GeolocationPositionError): void {
  if (error.code === error.TIMEOUT && position.value !== null) return
  trouble.value = error.code === error.PERMISSION_DENIED ? 'denied' : 'unavailable'
}

/** Where the person stands, by the device alone, while a page that wants it is open. */
export function useOwnPosition() {
  if (!('geolocation' in navigator)) trouble.value = 'unavailable'
  else if (watching++ === 0) {
    watchId = navigator.geolocation.watchPosition(take, fail, { enableHighAccuracy: true, maximumAge: 15_000, timeout: 30_000 })
  }
  onBeforeUnmount(() => {
    if ('geolocation' in navigator && --watching === 0) navigator.geolocation.clearWatch(watchId)
  })
  return { position, trouble }
}

/** The position as a record holds it; null if there is none that is fresh. */
export function positionForRecord(): Schemas['Position'] | null {
  const here = position.value
  if (here === null || Date.now() - here.at > OLD_MS) return null
  return {
    lon: here.lon,
    lat: here.lat,
    crs: 'wgs84',
    accuracy_m: Math.round(here.accuracyM),
    source: here.accuracyM <= GPS_M ? 'gps' : 'network',
  }
}
