import { onBeforeUnmount, onMounted, ref, shallowRef } from 'vue'
import type { Schemas } from '@/app/http'

export type Position = NonNullable<Schemas['CreateHazard']['place']['position']>
export type Looking = 'looking' | 'found' | 'denied' | 'unavailable'

const GPS_M = 100 // what a network guesses is worse
const GOOD_ENOUGH_M = 30
const PATIENCE_MS = 20_000

/** Where the person stands, better and better until it is good enough. */
export function usePosition() {
  const position = shallowRef<Position | null>(null)
  const looking = ref<Looking>('looking')
  let watch = 0
  let timer = 0

  function stop(): void {
    navigator.geolocation?.clearWatch(watch)
    clearTimeout(timer)
  }

  function take({ coords }: GeolocationPosition): void {
    const known = position.value?.accuracy_m ?? Infinity
    if (coords.accuracy <= known) {
      const source = coords.accuracy <= GPS_M ? 'gps' : 'network'
      position.value = { lon: coords.longitude, lat: coords.latitude, crs: 'wgs84', accuracy_m: Math.round(coords.accuracy), source }
    }
    looking.value = 'found'
    if (coords.accuracy <= GOOD_ENOUGH_M) stop()
  }

  function fail(error: GeolocationPositionError): void {
    if (position.value !== null) return
    looking.value = error.code === error.PERMISSION_DENIED ? 'denied' : 'unavailable'
  }

  function start(): void {
    stop()
    if (!('geolocation' in navigator)) {
      looking.value = 'unavailable'
      return
    }
    looking.value = position.value === null ? 'looking' : 'found'
    watch = navigator.geolocation.watchPosition(take, fail, { enableHighAccuracy: true, maximumAge: 10_000, timeout: PATIENCE_MS })
    timer = window.setTimeout(() => {
      stop()
      if (position.value === null && looking.value === 'looking') looking.value = 'unavailable'
    }, PATIENCE_MS)
  }

  onMounted(start)
  onBeforeUnmount(stop)
  return { position, looking, start }
}
