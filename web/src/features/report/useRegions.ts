import { computed } from 'vue'
import { useLoaded } from '@/app/async'
import { api } from '@/app/http'
import { readingDevice } from '@/app/reading'
import { useAllShown } from '@/app/onDevice'

interface Division {
  code: string
  name: string
  parent_code: string | null
  level: number
}

export interface Choice {
  text: string
  value: string
  children?: Choice[]
}

const BANNER = 3

/** Leagues with their banners: from this device, or from the server while the device has not got them yet. */
export function useRegions() {
  const { records } = useAllShown<Division>('division', readingDevice)
  const online = useLoaded(async () => (await api.GET('/api/v1/places/regions')).data?.items ?? [])

  const choices = computed<Choice[]>((before) => {
    const divisions: Division[] = records.value.length > 0 ? records.value : (online.value.value ?? []).flatMap((one) => [one, ...one.children])
    const banners = divisions.filter((one) => one.level === BANNER).sort(byCode)
    const codes = new Set(banners.map((one) => one.parent_code))
    const found = divisions
      .filter((one) => codes.has(one.code))
      .sort(byCode)
      .map((league) => ({
        text: league.name,
        value: league.code,
        children: banners.filter((one) => one.parent_code === league.code).map((one) => ({ text: one.name, value: one.code })),
      }))
    return JSON.stringify(before) === JSON.stringify(found) ? before! : found // what has arrived again does not begin a choice anew
  })

  /** 锡林郭勒盟锡林浩特市 */
  function nameOf(code: string): string {
    for (const league of choices.value) {
      const banner = league.children?.find((one) => one.value === code)
      if (banner) return league.text + banner.text
    }
    return ''
  }

  return { choices, nameOf }
}

function byCode(one: Division, other: Division): number {
  return one.code < other.code ? -1 : 1
}
