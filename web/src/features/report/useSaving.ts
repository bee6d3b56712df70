import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { failureOf } from '@/app/async'
import type { Kept } from './kept'
import { saveReport, type Draft } from './saving'
import type { PlaceInSight } from './usePlace'

const PATIENCE_MS = 8000
const LOOK_MS = 200

/** Save what was made, as soon as one knows where it is. */
export function useSaving(where: PlaceInSight) {
  const { t } = useI18n()
  const isBusy = ref(false)
  const told = ref('')

  /** A position that is on its way is waited for: no tap more. */
  async function settled(): Promise<void> {
    for (let waited = 0; waited < PATIENCE_MS && where.lack.value === 'position' && where.looking.value === 'looking'; waited += LOOK_MS) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
  }

  async function save(draft: Omit<Draft, 'place' | 'placeName' | 'placeLine'>, askPlace: () => void): Promise<Kept | null> {
    if (isBusy.value) return null
    isBusy.value = true
    told.value = ''
    try {
      await settled()
      if (where.isDoubtful.value) {
        told.value = t('report.place.old_photo')
        return null
      }
      if (where.isOutside.value) {
        told.value = t('report.place.outside_told')
        return null
      }
      if (where.lack.value !== null) {
        told.value = t(`report.lack.${where.lack.value}`)
        askPlace()
        return null
      }
      const placeLine = where.line.value || (where.found.value?.region_name ?? '')
      return await saveReport({ ...draft, place: where.place(), placeName: where.said.placeName, placeLine })
    } catch (error) {
      told.value = failureOf(error).text
      return null
    } finally {
      isBusy.value = false
    }
  }

  return { isBusy, told, save }
}
