import { computed, onScopeDispose, ref, shallowRef } from 'vue'
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
const LOOK_MS = 10_000
const BEST: PositionOptions = { enableHighAccuracy: true, maximumAge: 15_000, timeout: 30_000 }
const GPS_M = 100 // what a network guesses is worse
const now = ref(Date.now())
/** Where the person is now, as far as a record may say so. Shown, asked for and recorded is this one alone. */
const fresh = computed(() => (position.value !== null && now.value - position.value.at <= OLD_MS ? position.value : null))
let watching = 0
let watchId = 0
let timer: ReturnType<typeof setInterval> | undefined

function take({ coords, timestamp }: GeolocationPosition): void {
  position.value = { lon: coords.longitude, lat: coords.latitude, accuracyM: coords.accuracy, at: timestamp }
  now.value = Date.now()
  trouble.value = null
}

function fail(error: GeolocationPositionError): void {
  if (error.code === error.TIMEOUT && position.value !== null) return
  trouble.value = error.code === error.PERMISSION_DENIED ? 'denied' : 'unavailable'
}

/** A phone that lies still is not told where it is again: it has to ask. */
function look(): void {
  now.value = Date.now()
  if (position.value !== null && fresh.value === null) navigator.geolocation.getCurrentPosition(take, fail, BEST)
}

/** Where the person stands, by the device alone, while a page that wants it is open; `position` is the last that was known. */
export function useOwnPosition() {
  if (!('geolocation' in navigator)) trouble.value = 'unavailable'
  else if (watching++ === 0) {
    watchId = navigator.geolocation.watchPosition(take, fail, BEST)
    timer = setInterval(look, LOOK_MS)
    look()
  }
  onScopeDispose(() => {
    if (!('geolocation' in navigator) || --watching > 0) return
    navigator.geolocation.clearWatch(watchId)
    clearInterval(timer)
  })
  return { position, fresh, trouble }
}

/** The position as a record holds it; null if there is none that is fresh, and from then on the screen says so too. */
export function positionForRecord(): Schemas['Position'] | null {
  now.value = Date.now()
  const here = fresh.value
  if (here === null) return null
  return {
    lon: here.lon,
    lat: here.lat,
    crs: 'wgs84',
    accuracy_m: Math.round(here.accuracyM),
    source: here.accuracyM <= GPS_M ? 'gps' : 'network',
  }
}
