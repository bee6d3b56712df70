import { Locale as VantLocale } from 'vant'
import english from 'vant/es/locale/lang/en-US'
import chinese from 'vant/es/locale/lang/zh-CN'
import { watch } from 'vue'
import { createI18n } from 'vue-i18n'
import { FEATURES } from './features'
import { words } from './words'
import { preferences } from './preferences'

const messages = {
  'zh-CN': Object.assign({}, words['zh-CN'], ...FEATURES.map((feature) => feature.messages['zh-CN'])) as Record<string, string>,
  en: Object.assign({}, words.en, ...FEATURES.map((feature) => feature.messages.en)) as Record<string, string>,
}

/** Keys are whole: `a.b` and `a.b.c` may stand beside each other. */
const messageResolver = (found: unknown, key: string): string | null => (found as Record<string, string>)[key] ?? null

export const i18n = createI18n({ legacy: false, locale: preferences.locale, fallbackLocale: 'zh-CN', messageResolver, messages })

/** A text outside of a component. */
export const t = i18n.global.t

watch(
  () => preferences.locale,
  (locale) => {
    i18n.global.locale.value = locale
    VantLocale.use(locale, locale === 'en' ? english : chinese)
  },
  { immediate: true },
)
