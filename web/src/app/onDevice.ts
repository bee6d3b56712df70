import { onBeforeUnmount, ref, shallowRef, type Ref } from 'vue'
import { Locked, type Device } from '@/offline'
import { router } from './router'
import { ownDevice } from './session'

/** What this device holds, read again after each change of it. A locked base leads to the page that opens it. */
export function useOnDevice<T>(read: (device: Device) => Promise<T>) {
  const value = shallowRef<T | null>(null) as Ref<T | null>
  const isRead = ref(false)
  const device = ownDevice()
  let isReading = false
  let isStale = false

  async function reload(): Promise<void> {
    isStale = true
    if (isReading) return // the round that is under way goes once more
    isReading = true
    try {
      while (isStale) {
        isStale = false
        value.value = await read(device)
      }
      isRead.value = true
    } catch (error) {
      if (!(error instanceof Locked)) throw error
      await toUnlock()
    } finally {
      isReading = false
    }
  }

  const stop = device.subscribe(() => void reload())
  onBeforeUnmount(stop)
  void reload()
  return { value, isRead, reload }
}

/** To the page that opens the base, and back from there. */
export async function toUnlock(): Promise<void> {
  const here = router.currentRoute.value
  if (here.name !== 'unlock') await router.replace({ name: 'unlock', query: { next: here.fullPath } }) // several reads find it locked
}
