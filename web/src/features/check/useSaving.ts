import { computed } from 'vue'
import { useDoing } from '@/app/async'
import { ownDevice } from '@/app/session'
import type { JsonObject, MutateOptions, Sealed } from '@/offline'

/** The version of the arguments of an act that have changed since the first one. */
const VERSIONS: Readonly<Record<string, number>> = { 'measure.seal_at_once': 2, 'number_block.lend': 2 }

/** Seal an act on this device; what stands in the way is told. */
export function useSaving() {
  const doing = useDoing()

  async function save(name: string, id: string, args: JsonObject, dependsOn: readonly string[] = [], changes: MutateOptions['changes'] = {}): Promise<Sealed | null> {
    return (await doing.run(() => ownDevice().mutate(name, id, args, { dependsOn, changes, version: VERSIONS[name] ?? 1 }))) ?? null
  }

  return { isBusy: doing.isBusy, failure: computed(() => doing.failure.value?.text ?? ''), save }
}
