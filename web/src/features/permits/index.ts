import type { Feature } from '@/app/feature'
import { appliesForPermits } from '@/app/roles'
import { messages } from './messages'

export const permits: Feature = {
  routes: [
    { path: '/permits', name: 'permits', component: () => import('./PermitsPage.vue') },
    { path: '/permits/need', name: 'permit-need', component: () => import('./NeedPage.vue'), meta: { public: true, plain: true } },
    { path: '/permits/new', name: 'permit-new', component: () => import('./NewPage.vue'), meta: { plain: true } },
    { path: '/permits/:id/form', name: 'permit-form', component: () => import('./FormPage.vue'), props: true, meta: { plain: true } },
    { path: '/permits/:id/correct', name: 'permit-correct', component: () => import('./CorrectPage.vue'), props: true, meta: { plain: true } },
    { path: '/permits/licences/:token', name: 'own-licence', component: () => import('./LicencePage.vue'), props: true, meta: { plain: true } },
    { path: '/licences', name: 'licences', component: () => import('./LookupPage.vue'), meta: { public: true, plain: true } },
    { path: '/licences/new', name: 'licence-legacy', component: () => import('./LegacyPage.vue'), meta: { plain: true } },
    { path: '/licences/verify/:token', name: 'licence-verified', component: () => import('./VerifyPage.vue'), props: true, meta: { public: true, plain: true } },
  ],
  tabs: [{ route: 'permits', title: 'permits.tab', icon: 'certificate', order: 15, for: appliesForPermits }],
  messages,
  english: () => import('./english'),
}
