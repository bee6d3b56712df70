import type { Feature } from '@/app/feature'
import { isPublic } from '@/app/roles'
import { messages } from './messages'

export const report: Feature = {
  routes: [
    { path: '/report', name: 'report', component: () => import('./AskPage.vue'), meta: { public: true } },
    {
      path: '/report/snap',
      name: 'report-snap',
      component: () => import('./SnapPage.vue'),
      meta: { public: true, plain: true },
      // Whether it burns is asked before anything else, whatever link somebody followed here.
      beforeEnter: (_to, from) => from.name === 'report' || { name: 'report', replace: true },
    },
  ],
  tabs: [{ route: 'report', title: 'report.tab', icon: 'photograph', order: 10, for: isPublic }],
  messages,
  english: () => import('./english'),
}
