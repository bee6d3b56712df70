import { showToast } from 'vant'
import { useI18n } from 'vue-i18n'
import { useLoaded } from '@/app/async'
import { act, isStale, loadCase } from './caseApi'
import type { CaseKind, Done } from './types'

/** One case: read, and step by step taken further. */
export function useCase(kind: CaseKind, id: string) {
  const { t } = useI18n()
  const loaded = useLoaded(() => loadCase(kind, id))

  /** Take a step. Undefined if somebody was faster: that is told, and the case is shown as it is now. */
  async function take(action: string, body: object): Promise<Done | undefined> {
    const seen = loaded.value.value
    if (seen === null) return undefined
    try {
      const done = await act(kind, id, action, body, seen.revision)
      void loaded.reload() // after the form has closed: with its step gone it could not say any more that it is done
      return done
    } catch (error) {
      if (!isStale(error)) throw error
      await loaded.reload()
      showToast({ message: t('cases.stale'), duration: 4000 })
      return undefined
    }
  }

  return { ...loaded, record: loaded.value, take }
}

export type UsedCase = ReturnType<typeof useCase>
