import { computed, onMounted, ref } from 'vue'
import type { Schemas } from '@/app/http'
import { readAnew, readingDevice } from '@/app/reading'
import { useAllShown } from '@/app/onDevice'

interface OnDevice {
  readonly id: string
  readonly revision: number
}

/** As the device holds them; what is on no device was not published. */
export type HeldLaw = OnDevice & Omit<Schemas['Law'], 'created_at' | 'updated_at' | 'is_published' | 'articles'> & { readonly articles: readonly Required<Schemas['Article']>[] }
export type HeldLesson = OnDevice & Omit<Schemas['Lesson'], 'created_at' | 'updated_at' | 'is_published' | 'body'> & { readonly body: readonly Required<Schemas['Block']>[] }

/** Laws or lessons: from this device, and fetched anew behind that. */
function useLibrary<T>(type: string, order: (one: T, other: T) => number) {
  const { records, isRead, reload: look } = useAllShown<T>(type, readingDevice)
  const isFetching = ref(true)
  const isReachable = ref(true)

  async function reload(): Promise<void> {
    isFetching.value = true
    isReachable.value = await readAnew(records.value.length === 0)
    await look()
    isFetching.value = false
  }

  onMounted(reload)
  return {
    records: computed(() => [...records.value].sort(order)),
    isLoading: computed(() => records.value.length === 0 && (!isRead.value || isFetching.value)),
    isReachable,
    reload,
  }
}

// The law itself first, then what was made under it: as far as their weight goes the levels stand in this order.
export const LEVELS = [
  'law', 'administrative_regulation', 'department_rule', 'local_regulation', 'normative_document', 'national_standard', 'industry_standard',
  'local_standard',
] as const

const weight = (law: HeldLaw): number => LEVELS.indexOf(law.level as (typeof LEVELS)[number])
const isHistory = (law: HeldLaw): number => Number(law.status === 'repealed')

export const useLaws = () =>
  useLibrary<HeldLaw>('law', (one, other) => isHistory(one) - isHistory(other) || weight(one) - weight(other) || (one.code < other.code ? -1 : 1))

export const useLessons = () => useLibrary<HeldLesson>('lesson', (one, other) => (one.id < other.id ? -1 : 1))
