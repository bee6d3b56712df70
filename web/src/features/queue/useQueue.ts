import { reactive, watch, type Ref } from 'vue'
import { useLoaded, usePages } from '@/app/async'
import { api } from '@/app/http'
import type { Box } from './box'
import type { Filters } from './types'

/** The queue as it is narrowed now, and the counts of the four buckets. A box of the map opens to all of the jurisdiction in it. */
export function useQueue(box: Ref<Box | null>) {
  const filters = reactive<Filters>({ bucket: null, view: 'ours', kind: null })
  const counts = useLoaded(async () => (await api.GET('/api/v1/queue/buckets')).data ?? null)
  const pages = usePages(async (cursor) => {
    const query = {
      ...(box.value ? { view: 'area' as const, ...box.value } : { view: filters.view, ...(filters.bucket ? { bucket: filters.bucket } : {}) }),
      ...(filters.kind ? { subject_type: filters.kind } : {}),
      ...(cursor ? { cursor } : {}),
    }
    return (await api.GET('/api/v1/queue', { params: { query } })).data!
  })

  /** Read the list and the counts again, in the background. */
  async function refresh(): Promise<void> {
    await Promise.all([pages.reload(), counts.reload()])
  }

  /** Take an item out of sight at once: its step is done. The server's word follows. */
  function drop(id: string): void {
    pages.items.value = pages.items.value.filter((task) => task.id !== id)
    void refresh()
  }

  watch([filters, box], () => void pages.reload())
  return { filters, counts: counts.value, ...pages, refresh, drop }
}
