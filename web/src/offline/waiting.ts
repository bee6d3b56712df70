import { mutationOf, type Store } from './store'
import type { Waiting } from './types'

/** What has not been handed in, since when, and what stands in its way. */
export async function waitingOf(store: Store, isGuest: boolean, isSending: boolean): Promise<Waiting> {
  const { outbox } = store
  const [acts, photos, trouble] = [await outbox.waiting(), await store.photos.all(), await outbox.values.get('trouble')]
  const moments = [...acts.slice(0, 1).map((act) => mutationOf(act).made_at.wall), ...photos.map((photo) => photo.addedAt)].sort()
  const signedOut = acts.length + photos.length > 0 && !isGuest && (await outbox.values.get('refreshToken')) === undefined
  return {
    acts: acts.length,
    photos: photos.length,
    since: moments[0] ?? null,
    why: signedOut ? 'signed_out' : (trouble?.why ?? null),
    code: trouble?.code ?? null,
    retryAt: trouble?.retryAt ? new Date(trouble.retryAt).toISOString() : null,
    isSending,
    refusedPhotos: photos.filter((photo) => photo.refused !== null).length,
  }
}
