import { computed } from 'vue'
import { useDoing } from '@/app/async'
import { ownDevice } from '@/app/session'
import type { JsonObject, MutateOptions, Sealed } from '@/offline'

/** Seal an act on this device; what stands in the way is told. */
export function useSaving() {
  const doing = useDoing()

  async function save(name: string, id: string, args: JsonObject, dependsOn: readonly string[] = [], changes: MutateOptions['changes'] = {}): Promise<Sealed | null> {
    return (await doing.run(() => ownDevice().mutate(name, id, args, { dependsOn, changes }))) ?? null
  }

  return { isBusy: doing.isBusy, failure: computed(() => doing.failure.value?.text ?? ''), save }
}
