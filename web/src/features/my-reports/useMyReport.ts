import { computed, shallowRef, watch } from 'vue'
import { failureOf, type Failure } from '@/app/async'
import { apiOf, type Schemas } from '@/app/http'
import { currentDevice, session } from '@/app/session'
import { Device } from '@/offline'
import { keptOf, note, type Kept } from '../report/kept'
import { standingOf } from '../report/standing'
import { disputeUntil, sightOf, type Shown, type Sight } from './sight'

export type Detail = Schemas['Hazard']

/** One report of one's own: what this device knows, and on line all that the server says, with the steps that it offers. */
export function useMyReport(id: string) {
  const sight = shallowRef<Sight | null>(null)
  const detail = shallowRef<Detail | null>(null)
  const failure = shallowRef<Failure | null>(null)
  const isLoading = shallowRef(true)
  let device: Device | null = null
  let kept: Kept | null = null

  async function look(): Promise<void> {
    if (device === null) return
    const shown = device.isGuest ? null : ((await device.shown('hazard', id)) as Shown | null)
    const known = kept ?? (shown ? null : undefined)
    if (known === undefined) return
    const before = sight.value?.phase
    sight.value = sightOf(id, device.partition, known, await standingOf(device, id), shown)
    const isNew = before === 'saved' || (before === undefined && !isLoading.value) // it was sent, or came with the base just now
    if (isNew && sight.value.phase === 'sent') await ask()
  }

  /** Under the session that made the report: a guest's own where it was a guest's. */
  async function ask(): Promise<void> {
    if (device === null || sight.value?.phase !== 'sent') return
    try {
      detail.value = (await apiOf(device).GET('/api/v1/hazards/{hazard_id}', { params: { path: { hazard_id: id } } })).data ?? null
      failure.value = null
      if (detail.value && kept) {
        const { number, submitted_at } = detail.value
        const { state, due_at, held_by } = detail.value.followed ?? detail.value // as the code tells it
        kept = { ...kept, seen: { number, state, submitted_at, due_at, held_by } }
        if (kept.seen) await note(id, kept.seen)
        await look()
      }
    } catch (error) {
      failure.value = failureOf(error)
    }
  }

  async function reload(): Promise<void> {
    isLoading.value = true
    await look()
    await ask()
    isLoading.value = false
  }

  async function begin(): Promise<void> {
    kept = await keptOf(id)
    device = kept ? await Device.open(kept.partition) : currentDevice()
    await reload()
  }

  void begin()
  watch(() => session.waiting, look)
  const data = computed(() => detail.value?.data as Schemas['ReportedHazard'] | undefined)
  return {
    sight, detail, failure, isLoading, reload,
    kept: computed(() => sight.value?.kept ?? null),
    words: computed(() => data.value?.description ?? ''),
    rating: computed(() => data.value?.rating ?? null),
    until: computed(() => (data.value ? disputeUntil(data.value) : null)),
    photoIds: computed(() => data.value?.photo_ids ?? sight.value?.photoIds ?? []),
    device: () => device as Device,
  }
}
