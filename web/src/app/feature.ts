import type { RouteLocationNormalized, RouteLocationRaw, RouteRecordRaw } from 'vue-router'
import type { User } from './session'

/** A place of the bar at the bottom. Each person has four of them; `order` says where it stands among all. */
export interface Tab {
  readonly route: string // the route's name
  readonly title: string // a message key
  readonly icon: string // of Vant
  readonly order: number
  readonly for: (user: User | null) => boolean
  readonly badge?: () => number
}

/** A feature declares itself; `features.ts` lists them. */
export interface Feature {
  readonly routes: readonly RouteRecordRaw[]
  readonly tabs?: readonly Tab[]
  /** Where somebody has to go before he gets where he wants; true: nothing stands in his way. */
  readonly guard?: (to: RouteLocationNormalized) => Promise<RouteLocationRaw | true>
  /** Words by key, in Chinese; the same in English, which only whoever reads English fetches. */
  readonly messages: Readonly<Record<string, string>>
  readonly english: () => Promise<{ default: Readonly<Record<string, string>> }>
}
