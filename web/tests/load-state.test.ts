import { expect, test } from 'vitest'
import { createSSRApp, h } from 'vue'
import { createI18n } from 'vue-i18n'
import { renderToString } from 'vue/server-renderer'
import LoadState from '@/app/components/LoadState.vue'
import { words } from '@/app/words'

const i18n = createI18n({ legacy: false, locale: 'zh-CN', messageResolver: (found, key) => (found as Record<string, string>)[key] ?? null, messages: { 'zh-CN': words } })
const shown = (props: { isShown?: boolean }) =>
  renderToString(createSSRApp(() => h(LoadState, { isLoading: false, failure: { kind: 'offline', text: '没有网络' }, ...props })).use(i18n))

test('what came earlier is not passed off as the newest when it cannot be read again', async () => {
  expect(await shown({ isShown: true })).toContain('没有取得最新内容')
  expect(await shown({})).not.toContain('没有取得最新内容')
})
