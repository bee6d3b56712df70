import { showToast } from 'vant'
import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { failureOf } from '@/app/async'
import { devicesHere, NoNetwork } from '@/offline'

const isBusy = ref(false)

/** Hand everything in and fetch what is new, now; and say how it went. */
export function useSyncNow() {
  const { t } = useI18n()

  async function syncNow(): Promise<void> {
    if (isBusy.value) return
    isBusy.value = true
    try {
      let [sent, open] = [0, 0]
      for (const device of await devicesHere()) {
        if (device.isGuest && (await device.unsent()) === 0) continue
        const results = await device.sync()
        sent += results.length
        open += results.filter((one) => one.outcome === 'rejected' || one.outcome === 'parked' || one.outcome === 'conflict').length
      }
      showToast({ message: open ? t('sync.done_with', { n: sent, k: open }) : t('sync.done', { n: sent }), duration: 3000 })
    } catch (error) {
      showToast({ message: error instanceof NoNetwork ? t('sync.no_network') : failureOf(error).text, duration: 4000 })
    } finally {
      isBusy.value = false
    }
  }

  return { isBusy, syncNow }
}
