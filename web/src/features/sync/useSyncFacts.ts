import { shallowRef, watch } from 'vue'
import { currentDevice, session } from '@/app/session'
import { devicesHere } from '@/offline'
import { factsOf, type SyncFacts } from './tray'

/** What waits and what needs a person, looked up again after each change of any device of this install. */
export function useSyncFacts() {
  const facts = shallowRef<SyncFacts | null>(null)
  let round = 0

  async function read(): Promise<void> {
    const mine = ++round
    const found = await factsOf(currentDevice(), await devicesHere())
    if (mine === round) facts.value = found
  }

  watch(() => session.waiting, read, { immediate: true }) // told anew after each change
  return facts
}
