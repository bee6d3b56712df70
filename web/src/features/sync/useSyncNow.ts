import { showToast } from 'vant'
import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { failureOf } from '@/app/async'
import { devicesHere, NoNetwork, type Outcome } from '@/offline'
import { syncAll } from './syncAll'

const OPEN = new Set<Outcome>(['rejected', 'parked', 'conflict'])
const isBusy = ref(false)

/** Hand everything in and fetch what is new, now; and say how it went. */
export function useSyncNow() {
  const { t } = useI18n()

  async function syncNow(): Promise<void> {
    if (isBusy.value) return
    isBusy.value = true
    try {
      const results = await syncAll(await devicesHere())
      const [sent, open] = [results.length, results.filter((one) => OPEN.has(one.outcome)).length]
      showToast({ message: open ? t('sync.done_with', { n: sent, k: open }) : t('sync.done', { n: sent }), duration: 3000 })
    } catch (error) {
      showToast({ message: error instanceof NoNetwork ? t('sync.no_network') : failureOf(error).text, duration: 4000 })
    } finally {
      isBusy.value = false
    }
  }

  return { isBusy, syncNow }
}
