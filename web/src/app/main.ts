import { createApp } from 'vue'
import 'vant/lib/index.css'
import './theme.css'
import App from './App.vue'
import { applyPreferences } from './preferences'
import { i18n } from './i18n'
import { router } from './router'
import { registerServiceWorker } from './updates'
import { restoreSession } from './session'

// A function: the oldest web views that we build for do not know `await` outside of one.
async function start(): Promise<void> {
  applyPreferences()
  await restoreSession()
  createApp(App).use(i18n).use(router).mount('#app')
  registerServiceWorker()
}

void start()
