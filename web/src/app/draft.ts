import { reactive, watch } from 'vue'
import { ownDevice } from '@/app/session'

/** What a person is writing, kept on this device until it is saved as an act: a reload or a dead battery loses nothing of it. */
export function useDraft<T extends object>(name: string, fresh: () => T) {
  const key = `draft ${ownDevice().partition} ${name}`
  const draft = reactive<T>({ ...fresh(), ...stored() })

  function stored(): Partial<T> {
    try {
      return JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<T>
    } catch {
      return {}
    }
  }

  const stop = watch(draft, () => {
    try {
      localStorage.setItem(key, JSON.stringify(draft))
    } catch {
      // No space: what is on the screen stays there until it is saved.
    }
  })

  function forget(): void {
    stop()
    localStorage.removeItem(key)
  }

  return { draft: draft as T, forget }
}
