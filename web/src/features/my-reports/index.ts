import type { Feature } from '@/app/feature'
import { isPublic } from '@/app/roles'
import { messages } from './messages'

export const myReports: Feature = {
  routes: [
    { path: '/my-reports', name: 'my-reports', component: () => import('./MyReportsPage.vue'), meta: { public: true } },
    { path: '/my-reports/track', name: 'track', component: () => import('./TrackPage.vue'), meta: { public: true, plain: true } },
    { path: '/my-reports/:id', name: 'my-report', component: () => import('./MyReportPage.vue'), props: true, meta: { public: true, plain: true } },
  ],
  tabs: [{ route: 'my-reports', title: 'my-reports.title', icon: 'orders-o', order: 20, for: isPublic }],
  messages,
  english: () => import('./english'),
}
