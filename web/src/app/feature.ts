import type { RouteLocationNormalized, RouteLocationRaw, RouteRecordRaw } from 'vue-router'
import type { User } from './session'

/** Words by key, in both languages: a key that one of them lacks is an error of the build. */
export type Messages<Keys extends string = string> = Record<'zh-CN' | 'en', Record<Keys, string>>

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
  readonly messages: Messages
}
