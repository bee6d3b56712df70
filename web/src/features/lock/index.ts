import type { Feature } from '@/app/feature'
import { isOfficer } from '@/app/roles'
import { ownDevice, session } from '@/app/session'
import { isPutOff } from './putOff'

export const lock: Feature = {
  routes: [
    { path: '/pin', name: 'pin', component: () => import('./PinPage.vue'), meta: { plain: true } },
    { path: '/unlock', name: 'unlock', component: () => import('./UnlockPage.vue'), meta: { plain: true } },
  ],
  /** Whoever takes cases out of the house sets a PIN at his first sign-in. */
  guard: async (to) => {
    if (to.meta.public || to.meta.plain || !isOfficer(session.user) || isPutOff()) return true
    if (session.user?.must_change_password || (await ownDevice().pin.state()) !== 'none') return true
    return { name: 'pin', query: { next: to.fullPath } }
  },
  messages: {
    'lock.title': '离线口令',
    'lock.why': '本机会保存案件资料,供没有网络时使用。请设置6位数字口令:资料用它加密,手机丢失时别人打不开。',
    'lock.not_outbox': '忘记口令时,重新登录即可重新下载资料;您尚未上报的记录和照片不受影响。',
    'lock.pin': '口令',
    'lock.pin_hint': '6位数字',
    'lock.again': '再次输入',
    'lock.current': '当前口令',
    'lock.set': '设置口令',
    'lock.change': '修改口令',
    'lock.later': '以后再设',
    'lock.done': '口令已生效',
    'lock.too_simple': '请用6位数字,不要用相同或者连续的数字。',
    'lock.differs': '两次输入不一致。',
    'lock.wrong': '口令不正确,还可以试{n}次。',
    'lock.wait': '口令不正确,请{n}秒后再试。还可以试{left}次。',
    'lock.erased': '输错次数过多,本机的案件资料已清除。请重新登录后下载;未上报的内容没有受影响。',
    'lock.unlock_title': '解锁离线资料',
    'lock.unlock': '解锁',
    'lock.away_title': '资料已锁定',
    'lock.away': '已超过七天没有联网,离线资料已锁定。请在有网络的地方同步一次,再输入口令。',
    'lock.outbox_safe': '您尚未上报的{n}项仍在本机,联网后照常上报。',
    'lock.sync': '联网并同步',
    'lock.to_sync': '查看未上报的内容',
    'lock.forgot': '忘记口令',
    'lock.forgot_sure': '将清除本机的案件资料并退出登录。重新登录后可再次下载。尚未上报的记录和照片保留在本机,您再次登录后继续上报。确定吗?',
  },
  english: () => import('./english'),
}
