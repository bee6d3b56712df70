import type { Feature } from '@/app/feature'
import { hasRole, isDesk } from '@/app/roles'
import { assistanceWords } from './assistanceWords'
import { duplicateWords } from './duplicateWords'
import { permitWords } from './permitWords'
import { words } from './words'

const SEARCHERS = ['PERMIT_CLERK', 'PERMIT_APPROVER', 'UNIT_LEADER', 'SUPERVISOR', 'INTAKE_CLERK', 'HOTLINE_CLERK', 'LEGAL_REVIEWER']

export const cases: Feature = {
  routes: [
    { path: '/cases', name: 'cases', component: () => import('./SearchPage.vue') },
    { path: '/cases/:kind(hazard|handover|rectification|permit|assistance|inspection|measure|major|transfer)/:id', name: 'case', component: () => import('./CasePage.vue'), props: true, meta: { plain: true } },
  ],
  tabs: [{ route: 'cases', title: 'cases.search', icon: 'search', order: 20, for: (user) => isDesk(user) && hasRole(user, ...SEARCHERS) }],
  messages: { ...words, ...permitWords, ...assistanceWords, ...duplicateWords },
  english: () => import('./english'),
}
