import { onScopeDispose, shallowRef, watch } from 'vue'
import { isPublic } from '@/app/roles'
import { currentDevice, session } from '@/app/session'
import { Device, isGuestPartition } from '@/offline'
import { allKept } from '../report/kept'
import { seenOf, standingOf } from '../report/standing'
import { sightOf, type Shown, type Sight } from './sight'

const ENDED = ['CLOSED', 'NOT_ACCEPTED', 'EMERGENCY_DIVERTED']
const MOST_ASKED = 10 // of guests' reports, each with its own question

/** What was reported from this device, and what this person reported anywhere; newest first. */
export function useMyReports() {
  const reports = shallowRef<Sight[]>([])
  const isRead = shallowRef(false)
  let isGone = false

  async function read(): Promise<void> {
    const own = currentDevice()
    const found = new Map<string, Sight>()
    for (const kept of await allKept()) {
      if (!isGuestPartition(kept.partition) && kept.partition !== own?.partition) continue // another person's of this phone
      const device = await Device.open(kept.partition)
      const shown = device === own ? ((await own.shown('hazard', kept.id)) as Shown | null) : null
      found.set(kept.id, sightOf(kept.id, kept.partition, kept, await standingOf(device, kept.id), shown))
    }
    if (own !== null && isPublic(session.user)) {
      for (const shown of (await own.allShown('hazard')) as unknown as Shown[]) {
        if (!found.has(shown.id)) found.set(shown.id, sightOf(shown.id, own.partition, null, await standingOf(own, shown.id), shown))
      }
    }
    if (isGone) return
    reports.value = [...found.values()].sort((one, other) => (one.at < other.at ? 1 : -1))
    isRead.value = true
  }

  /** A guest's device holds no record of the case: what became of it is asked for, one by one. */
  async function ask(): Promise<void> {
    const open = reports.value.filter((sight) => isGuestPartition(sight.partition) && sight.phase === 'sent' && !ENDED.includes(sight.state ?? ''))
    for (const { kept, partition } of open.slice(0, MOST_ASKED)) {
      if (kept && !isGone) await seenOf(await Device.open(partition), kept)
    }
    if (open.length > 0 && !isGone) await read()
  }

  async function reload(): Promise<void> {
    await read()
    await ask()
  }

  void reload()
  watch(() => session.waiting, read)
  onScopeDispose(() => (isGone = true))
  return { reports, isRead, reload }
}
