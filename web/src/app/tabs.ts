import { FEATURES } from './features'
import type { Tab } from './feature'
import type { User } from './session'

const MOST_TABS = 4

/** The bar at the bottom for this person. */
export function tabsOf(user: User | null): Tab[] {
  return FEATURES.flatMap((feature) => feature.tabs ?? [])
    .filter((tab) => tab.for(user))
    .sort((one, other) => one.order - other.order)
    .slice(0, MOST_TABS)
}
