import { showSuccessToast } from 'vant'
import { useI18n } from 'vue-i18n'
import { useSaving } from '../check/useSaving'
import type { WaterState } from './pack'

/** How a water source was found, said off-line too. */
export function useReporting() {
  const { t } = useI18n()
  const { isBusy, failure, save } = useSaving()

  async function report(id: string, state: WaterState, note = ''): Promise<boolean> {
    const isSaved = (await save('water_source.report', id, { state, note })) !== null
    if (isSaved) showSuccessToast(t('pack.reported'))
    return isSaved
  }

  return { isBusy, failure, report }
}
