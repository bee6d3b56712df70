import type { Feature } from '@/app/feature'
import { appliesForPermits, isPublic } from '@/app/roles'
import { messages } from './messages'
import { soughtIn } from './choosing'

export const learn: Feature = {
  routes: [
    { path: '/learn', name: 'learn', component: () => import('./LearnPage.vue'), meta: { public: true } },
    { path: '/learn/laws/:id', name: 'law', component: () => import('./LawPage.vue'), props: (to) => ({ id: to.params.id, sought: soughtIn(to) }), meta: { public: true, plain: true } },
    { path: '/learn/lessons/:id', name: 'lesson', component: () => import('./LessonPage.vue'), props: true, meta: { public: true, plain: true } },
  ],
  tabs: [{ route: 'learn', title: 'learn.title', icon: 'bookmark-o', order: 30, for: (user) => isPublic(user) && !appliesForPermits(user) }],
  messages,
  english: () => import('./english'),
}
