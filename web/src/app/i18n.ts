import { Locale as VantLocale } from 'vant'
import vantEnglish from 'vant/es/locale/lang/en-US'
import vantChinese from 'vant/es/locale/lang/zh-CN'
import { watch } from 'vue'
import { createI18n } from 'vue-i18n'
import { FEATURES } from './features'
import { words } from './words'
import { preferences, type Locale } from './preferences'

const chinese = Object.assign({}, words, ...FEATURES.map((feature) => feature.messages)) as Record<string, string>

/** Keys are whole: `a.b` and `a.b.c` may stand beside each other. */
const messageResolver = (found: unknown, key: string): string | null => (found as Record<string, string>)[key] ?? null

export const i18n = createI18n({ legacy: false, locale: 'zh-CN', fallbackLocale: 'zh-CN', messageResolver, messages: { 'zh-CN': chinese, en: {} as Record<string, string> } })

/** A text outside of a component. */
export const t = i18n.global.t

/** The other language comes when somebody wants it: what everybody loads first stays small. False: there is no network for it. */
async function loadEnglish(): Promise<boolean> {
  const loading = Promise.all([import('./english'), ...FEATURES.map((feature) => feature.english())])
  const parts = await loading.catch(() => null)
  if (parts) i18n.global.setLocaleMessage('en', Object.assign({}, ...parts.map((part) => part.default)) as Record<string, string>)
  return parts !== null
}

async function show(locale: Locale): Promise<void> {
  if (locale === 'en' && !(await loadEnglish())) return // it stays Chinese, dates and all, until the next start
  if (preferences.locale !== locale) return // another choice was made meanwhile
  i18n.global.locale.value = locale
  document.documentElement.lang = locale
  VantLocale.use(locale, locale === 'en' ? vantEnglish : vantChinese)
}

watch(() => preferences.locale, (locale) => void show(locale), { immediate: true })
