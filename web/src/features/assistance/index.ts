import type { Feature } from '@/app/feature'
import { messages } from './messages'

export const assistance: Feature = {
  routes: [
    { path: '/assistance', name: 'assistance', component: () => import('./RequestsPage.vue'), meta: { plain: true } },
    { path: '/assistance/new', name: 'assistance-new', component: () => import('./AskPage.vue'), meta: { plain: true } },
    { path: '/experts', name: 'experts', component: () => import('./ExpertsPage.vue'), meta: { plain: true } },
  ],
  messages,
  english: () => import('./english'),
}
