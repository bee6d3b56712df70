import type { Feature } from '@/app/feature'
import { isDesk } from '@/app/roles'
import { unreadCount } from './unread'

export const inbox: Feature = {
  routes: [{ path: '/inbox', name: 'inbox', component: () => import('./InboxPage.vue') }],
  tabs: [{ route: 'inbox', title: 'inbox.title', icon: 'bell', order: 40, for: isDesk, badge: unreadCount }],
  messages: {
    'inbox.title': '消息',
    'inbox.bell': '消息,{n}条未读',
    'inbox.new': '未读',
    'inbox.unread': '未读{n}',
    'inbox.all': '全部',
    'inbox.none': '还没有消息。事项有进展时,在这里告知您。',
    'inbox.none_unread': '没有未读消息。',
    'inbox.case': '查看事项',
  },
  english: () => import('./english'),
}
