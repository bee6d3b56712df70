import { createApp } from 'vue'
import 'vant/lib/index.css'
import './theme.css'
import App from './App.vue'
import { applyPreferences } from './preferences'
import { i18n } from './i18n'
import { router } from './router'
import { registerServiceWorker } from './updates'
import { restoreSession } from './session'

applyPreferences()
await restoreSession()
createApp(App).use(i18n).use(router).mount('#app')
registerServiceWorker()
