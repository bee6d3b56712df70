import { useI18n } from 'vue-i18n'
import { bearingDegrees, distanceM, windOf, type Point } from '@/app/positions'

/** Where something lies, in words: 在您东北方向,3.2公里; or not from here, but from a unit that one drives to. */
export function useWay() {
  const { t } = useI18n()

  function distance(metres: number): string {
    if (metres < 1000) return t('today.distance_m', { n: Math.round(metres / 10) * 10 })
    return t('today.distance_km', { n: metres < 10_000 ? (metres / 1000).toFixed(1) : Math.round(metres / 1000) })
  }

  function way(from: Point | null, to: Point | null, isFromUnit = false): string {
    if (from === null || to === null) return ''
    return t(isFromUnit ? 'today.way_from_unit' : 'today.way', { wind: t(`wind.${windOf(bearingDegrees(from, to))}`), distance: distance(distanceM(from, to)) })
  }

  return { way, distance }
}
