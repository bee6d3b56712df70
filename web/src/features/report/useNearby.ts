import { computed, shallowRef, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { api, NoNetwork, publicApi, Refused, type Schemas } from '@/app/http'
import { session } from '@/app/session'
import { useTimes } from '@/app/times'
import { isSignedIn, type Mode } from './naming'
import type { Picture } from './pictures'
import type { Position } from './usePosition'

type Nearby = Schemas['Nearby']

/**
 * One quiet line: whether this was reported before, as far as the public may know, and one's own reports. It is asked beside
 * the report, on line only, and whatever comes of it the report goes its way. Whoever reports anonymously asks as nobody.
 */
export function useNearby(picture: Readonly<Ref<Picture | null>>, position: Readonly<Ref<Position | null>>, mode: () => Mode) {
  const { t } = useI18n()
  const { moment } = useTimes()
  const found = shallowRef<Nearby | null>(null)
  let round = 0 // only the newest question is answered

  watch([picture, position], async ([what, where]) => {
    const mine = ++round
    found.value = null
    if (what === null || where === null || !navigator.onLine) return
    const client = isSignedIn(session.user) && mode() !== 'ANONYMOUS' ? api : publicApi
    try {
      const { data } = await client.POST('/api/v1/hazards/nearby', { body: { picture: what, position: where } })
      if (mine === round) found.value = data ?? null
    } catch (error) {
      if (!(error instanceof NoNetwork || error instanceof Refused)) throw error
      // Nice to know, no more.
    }
  })

  return computed(() => {
    const own = found.value?.own[0]
    if (own) return t('report.near.own', { when: moment(own.submitted_at), number: own.number, reason: own.reason })
    const around = found.value?.around
    return around ? t('report.near.others', { n: around.count, days: around.days }) : ''
  })
}
