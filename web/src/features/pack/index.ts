import type { Feature } from '@/app/feature'
import { messages } from './messages'

export const pack: Feature = {
  routes: [
    { path: '/pack', name: 'pack', component: () => import('./PackPage.vue') },
    { path: '/pack/water/new', name: 'pack-source-new', component: () => import('./SourceFormPage.vue') },
    { path: '/pack/water/:id', name: 'pack-source', component: () => import('./SourcePage.vue'), props: true },
    { path: '/pack/water/:id/edit', name: 'pack-source-edit', component: () => import('./SourceFormPage.vue'), props: true },
    { path: '/pack/units/:id', name: 'pack-unit', component: () => import('./SheetPage.vue'), props: true },
    { path: '/pack/units/:id/edit', name: 'pack-unit-edit', component: () => import('./SheetFormPage.vue'), props: true },
  ],
  messages,
  english: () => import('./english'),
}
