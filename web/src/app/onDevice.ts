import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import { useRouter } from 'vue-router'
import { Locked, StorageFull, type Device } from '@/offline'
import { currentDevice, ownDevice, session } from './session'

/** What the person's own device holds. A locked base leads to the page that opens it. */
export function useOnDevice<T>(read: (device: Device) => Promise<T>) {
  const device = ownDevice()
  const router = useRouter()
  return useRead(
    () => read(device),
    async () => {
      const here = router.currentRoute.value
      if (here.name !== 'unlock') await router.replace({ name: 'unlock', query: { next: here.fullPath } }) // several reads find it locked
    },
  )
}

/** Records of a type as a device holds them, with what the person did himself. Of a locked base nothing is shown until the PIN was given. */
export function useAllShown<T>(type: string, of: () => Device | null | Promise<Device | null> = currentDevice) {
  const { value, isRead, reload } = useRead(async () => {
    try {
      return ((await (await of())?.allShown(type)) ?? []) as unknown as T[]
    } catch (error) {
      if (error instanceof StorageFull) return [] // no room to hold anything: as empty as it looks
      throw error
    }
  })
  return { records: computed(() => value.value ?? []), isRead, reload }
}

/** Read now, and again after each change of any device of this install. */
function useRead<T>(read: () => Promise<T>, whenLocked?: () => Promise<void>) {
  const value = shallowRef<T | null>(null) as Ref<T | null>
  const isRead = ref(false)
  let isReading = false
  let isStale = false

  async function reload(): Promise<void> {
    isStale = true
    if (isReading) return // the round that is under way goes once more
    isReading = true
    try {
      while (isStale) {
        isStale = false
        value.value = await read()
      }
      isRead.value = true
    } catch (error) {
      if (!(error instanceof Locked)) throw error
      await whenLocked?.()
    } finally {
      isReading = false
    }
  }

  watch(() => session.waiting, reload, { immediate: true }) // told anew after each change
  return { value, isRead, reload }
}
