import { ref } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import { FEATURES } from './features'
import { session } from './session'
import { tabsOf } from './tabs'

declare module 'vue-router' {
  interface RouteMeta {
    title?: string // a message key
    public?: boolean // may be seen without signing in
    plain?: boolean // without the bar at the bottom
  }
}

/** The address of a page that could not be shown because its part of the client did not come; null once a page is shown. */
export const unreached = ref<string | null>(null)

const BAR_PX = 80 // of the page, and some air: what is gone to stands below it

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', name: 'home', redirect: () => ({ name: tabsOf(session.user)[0]?.route ?? 'sign-in' }) },
    ...FEATURES.flatMap((feature) => feature.routes),
    { path: '/:missing(.*)*', name: 'missing', component: () => import('./MissingPage.vue'), meta: { public: true } },
  ],
  scrollBehavior: (to, from, saved) => {
    if (saved || to.hash) return saved ?? { el: to.hash, top: BAR_PX }
    return to.path === from.path ? false : { top: 0 } // a list stays where it is when something of it is shown beside
  },
})

router.beforeEach((to) => {
  if (to.meta.public || session.user !== null) return true
  return { name: 'sign-in', query: { next: to.fullPath } }
})

router.beforeEach(async (to) => {
  for (const feature of FEATURES) {
    const way = (await feature.guard?.(to)) ?? true
    if (way !== true) return way
  }
  return true
})

router.onError((error, to) => {
  console.error(error)
  unreached.value = to.fullPath
})

router.afterEach(() => {
  unreached.value = null
})
