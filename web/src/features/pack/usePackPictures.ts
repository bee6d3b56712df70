import { ref, watch, type Ref } from 'vue'
import { keepPictures, missingPictures } from '@/app/pictures'
import { ownDevice } from '@/app/session'
import type { Sheet, Source } from './pack'

/** Plan pages and photos of water, for where there may be no network. Returns how many plan pages are not here yet. */
export function usePackPictures(pack: Readonly<Ref<{ sources: Source[]; sheets: Sheet[] } | null>>) {
  const missing = ref(0)
  watch(pack, async (now) => {
    if (now === null) return
    const plans = now.sheets.flatMap((one) => one.plan_photo_ids)
    missing.value = await missingPictures(ownDevice(), plans)
    if (!navigator.onLine) return
    await keepPictures(ownDevice(), [...plans, ...now.sources.flatMap((one) => one.photo_ids)])
    missing.value = await missingPictures(ownDevice(), plans)
  })
  return missing
}
