import { createApp } from 'vue'
import { setToastDefaultOptions, type ToastOptions } from 'vant'
import 'vant/lib/index.css'
import './theme.css'
import App from './App.vue'
import { applyPreferences } from './preferences'
import { i18n } from './i18n'
import { router } from './router'
import { registerServiceWorker } from './updates'
import { restoreSession } from './session'

// Vant calls a short message a dialog, in the middle of what was just made; it asks nothing and hides nothing.
const SHORT_MESSAGE: ToastOptions & { role: string; tabindex: number } = { position: 'top', role: 'status', tabindex: -1 }

// A function: the oldest web views that we build for do not know `await` outside of one.
async function start(): Promise<void> {
  applyPreferences()
  setToastDefaultOptions(SHORT_MESSAGE)
  await restoreSession()
  createApp(App).use(i18n).use(router).mount('#app')
  registerServiceWorker()
}

void start()
