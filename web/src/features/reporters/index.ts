import type { Feature } from '@/app/feature'
import { words } from './words'

export const reporters: Feature = {
  routes: [
    { path: '/rewards', name: 'rewards', component: () => import('./RewardsPage.vue'), meta: { plain: true } },
    { path: '/rewards/:id', name: 'reward', component: () => import('./RewardPage.vue'), props: true, meta: { plain: true } },
    { path: '/reward-policies', name: 'reward-policies', component: () => import('./PoliciesPage.vue'), meta: { plain: true } },
    { path: '/unsealings', name: 'unsealings', component: () => import('./UnsealingsPage.vue'), meta: { plain: true } },
  ],
  messages: words,
  english: () => import('./english'),
}
