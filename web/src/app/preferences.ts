import { reactive, watch } from 'vue'

export type Mode = 'standard' | 'elder'
export type Theme = 'system' | 'light' | 'dark'
export type Locale = 'zh-CN' | 'en'

interface Preferences {
  mode: Mode
  theme: Theme
  locale: Locale
}

const STORED = 'preferences'
const DEFAULTS: Preferences = { mode: 'standard', theme: 'system', locale: 'zh-CN' }

/** How this person wants to read, on this device. */
export const preferences = reactive<Preferences>(stored())

const dark = window.matchMedia('(prefers-color-scheme: dark)')

/** Show the page as it is wanted, now and after each change. */
export function applyPreferences(): void {
  dark.addEventListener('change', apply)
  watch(preferences, () => {
    try {
      localStorage.setItem(STORED, JSON.stringify(preferences))
    } catch {
      // A browser that keeps nothing: the choice holds until the page is left.
    }
    apply()
  })
  apply()
}

function apply(): void {
  const root = document.documentElement
  const isDark = preferences.theme === 'dark' || (preferences.theme === 'system' && dark.matches)
  root.dataset.mode = preferences.mode
  root.dataset.theme = isDark ? 'dark' : 'light'
  root.classList.toggle('van-theme-dark', isDark)
}

function stored(): Preferences {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(STORED) ?? '{}') as Partial<Preferences>) }
  } catch {
    return { ...DEFAULTS }
  }
}
