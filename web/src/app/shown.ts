import { shallowRef, watch, type Ref } from 'vue'
import { Locked, StorageFull, type Device } from '@/offline'
import { currentDevice, session } from './session'

/** Records of a type as a device holds them, with what the person did himself; looked up again after each change. */
export function useAllShown<T>(type: string, device: () => Device | null | Promise<Device | null> = currentDevice) {
  const records = shallowRef<T[]>([]) as Ref<T[]>
  const isRead = shallowRef(false)

  async function read(): Promise<void> {
    try {
      records.value = ((await (await device())?.allShown(type)) ?? []) as unknown as T[]
      isRead.value = true
    } catch (error) {
      if (error instanceof StorageFull) isRead.value = true // no room to hold anything: as empty as it looks
      else if (!(error instanceof Locked)) throw error // nothing is shown until the PIN was given
    }
  }

  watch(() => session.waiting, read, { immediate: true }) // told anew after each change of any device of this install
  return { records, isRead, read }
}
