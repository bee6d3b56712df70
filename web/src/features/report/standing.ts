import { onScopeDispose, shallowRef, watch } from 'vue'
import { apiOf, Refused, NoNetwork } from '@/app/http'
import { session } from '@/app/session'
import { Device, type Result } from '@/offline'
import { note, type Kept, type Seen } from './kept'

/** How far a report has come from this device. */
export interface Standing {
  readonly phase: 'saved' | 'sent' | 'refused'
  readonly photosLeft: number
  readonly why: string // of a refusal: the last part of its message's key
  readonly seen: Seen | null // what the server last said of it
}

/** Where a report stands, told anew as it is sent; once the server has it, what the server says of it. */
export function useStanding(kept: Kept) {
  const standing = shallowRef<Standing | null>(null)
  let isGone = false
  onScopeDispose(() => (isGone = true))

  async function look(): Promise<void> {
    const device = await Device.open(kept.partition)
    const seen = standing.value?.seen ?? kept.seen
    standing.value = { ...(await standingOf(device, kept.id)), seen }
    if (standing.value.phase !== 'sent' || seen || isGone) return
    const said = await seenOf(device, kept)
    if (said) standing.value = { ...standing.value, seen: said }
  }

  watch(() => session.waiting, look, { immediate: true })
  return standing
}

/** What the outbox says; a line that it has let go of was taken long ago. */
export async function standingOf(device: Device, id: string): Promise<Omit<Standing, 'seen'>> {
  const line = (await device.outbox()).find((one) => one.entityId === id && one.name === 'hazard.submit')
  const args = line ? (JSON.parse(line.line) as { args: { photos: string[] } }).args : { photos: [] }
  const photosLeft = (await device.photos()).filter((photo) => args.photos.includes(photo.id)).length
  if (!line) return { phase: 'sent', photosLeft, why: '' }
  if (line.outcome === null) return { phase: 'saved', photosLeft, why: '' }
  const isRefused = line.outcome === 'rejected' || line.outcome === 'parked'
  return { phase: isRefused ? 'refused' : 'sent', photosLeft, why: isRefused ? whyOf(line.result) : '' }
}

const PLACE_CODES = ['outside_region', 'unknown_region']

/** Which of our words explain a refusal. The server names codes; a parked line names fields with what is wrong with each. */
function whyOf(result: Result | null): string {
  const fields = result?.explained?.['fields']
  const named = fields && typeof fields === 'object' && !Array.isArray(fields) ? Object.entries(fields) : []
  if (result?.code === 'outside_region' || named.some(([, code]) => code === 'outside_region')) return 'outside'
  if (named.some(([field, code]) => field.startsWith('place') || PLACE_CODES.includes(String(code)))) return 'place'
  return 'other'
}

/** Ask by the code, in the name of whoever sent it: nobody else's session is shown beside it. Null without a network. */
export async function seenOf(device: Device, kept: Kept): Promise<Seen | null> {
  try {
    const { data } = await apiOf(device).GET('/api/v1/hazards/track/{code}', { params: { path: { code: kept.code } } })
    if (!data) return null
    const { number, state, submitted_at, due_at, held_by } = data
    const seen = { number, state, submitted_at, due_at, held_by }
    await note(kept.id, seen)
    return seen
  } catch (error) {
    if (error instanceof NoNetwork || error instanceof Refused) return null
    throw error
  }
}
