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

export const i18n = createI18n({ legacy: false, locale: preferences.locale, fallbackLocale: 'zh-CN', flatJson: true, messages })

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
