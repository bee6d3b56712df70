import type { RouteLocationNormalizedLoaded, RouteLocationRaw } from 'vue-router'
import { useRoute } from 'vue-router'
import { useWide } from '@/app/wide'

/** The words that the laws are searched for. */
export const soughtIn = (route: Pick<RouteLocationNormalizedLoaded, 'query'>): string => (typeof route.query.q === 'string' ? route.query.q : '')

/** Where something of a shelf is read: beside the list where there is room, else on a page of its own. */
export function useChoosing() {
  const route = useRoute()
  const isWide = useWide()

  function wayTo(name: 'law' | 'lesson', id: string, words = ''): RouteLocationRaw {
    const q = words.trim() ? { q: words.trim() } : {}
    if (!isWide.value) return { name, params: { id }, query: q }
    return { query: { shelf: route.query.shelf, ...q, chosen: id } }
  }

  return { wayTo, isChosen: (id: string): boolean => isWide.value && route.query.chosen === id }
}
