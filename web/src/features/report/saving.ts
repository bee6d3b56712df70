import { lookAtDevices, ownDevice, session } from '@/app/session'
import { Device, newId, newTrackingCode, StorageFull, type JsonObject } from '@/offline'
import { forget, keep, type Kept } from './kept'
import { isSignedIn, reporterOf, type Naming } from './naming'
import type { Picture } from './pictures'
import type { Place } from './place'
import type { Shot } from './shrink'
import type { OfPatrol } from './unsaved'

export interface Draft {
  readonly shots: readonly Shot[]
  readonly picture: Picture
  readonly words: string
  readonly place: Place
  readonly placeName: string
  readonly placeLine: string
  readonly naming: Naming
  readonly patrol: OfPatrol | null
}

/**
 * Save a report on this device; it sends itself. Raises StorageFull, TooLong: then nothing was saved.
 *
 * Whoever is not named has a partition of its own for this report alone, so that nothing joins it to another one.
 */
export async function saveReport(draft: Draft): Promise<Kept> {
  const isOwn = draft.naming.mode !== 'ANONYMOUS' && isSignedIn(session.user)
  const device = isOwn ? ownDevice() : await Device.openGuest()
  const kept: Kept = {
    id: newId(),
    partition: device.partition,
    code: newTrackingCode(),
    mode: draft.naming.mode,
    savedAt: new Date().toISOString(),
    picture: draft.picture,
    place: draft.placeLine,
    preview: draft.shots[0]?.preview ?? '',
    seen: null,
  }
  const photos: string[] = []
  try {
    await keep(kept)
    for (const { photo, capturedAt } of draft.shots) photos.push(await device.addPhoto(photo, 'report', { capturedAt }))
    const round = isOwn ? draft.patrol : null // a report without a name is not joined to whose round it was
    const args = { ...argumentsOf(draft, kept.code, photos), patrol_id: round?.id ?? null }
    await device.mutate('hazard.submit', kept.id, args, { version: 2, dependsOn: round?.mid ? [round.mid] : [] })
    if (!isOwn) await lookAtDevices()
    void device.persist() // somebody has something to lose here now; a browser may ask him
    return kept
  } catch (error) {
    await forget(kept.id)
    for (const photo of photos) await device.dropPhoto(photo)
    if (!isOwn) await device.destroy({ anyway: true })
    throw error instanceof StorageFull ? new StorageFull(session.waiting.acts + session.waiting.photos) : error // of all queues here
  }
}

function argumentsOf(draft: Draft, code: string, photos: string[]): JsonObject {
  const moments = draft.shots.map((shot) => shot.capturedAt).sort()
  return {
    picture: draft.picture,
    description: draft.words.trim(),
    photos,
    place: draft.place as JsonObject,
    place_name: draft.placeName.trim(),
    captured_at: moments[0] ?? null,
    report_mode: draft.naming.mode,
    wish_reward: draft.naming.wishesReward && draft.naming.mode !== 'ANONYMOUS' && isSignedIn(session.user),
    reporter: reporterOf(draft.naming, session.user),
    tracking_code: code,
  }
}
