import { base64 } from './ids'
import type { Store } from './store'
import type { Photo } from './types'

const PART_BYTES = 45_000_000 // the server takes 50 MB

/**
 * What was not handed in, as NDJSON in parts that `POST /sync/rescue` takes.
 *
 * Each part: a head, then sealed lines as they are, then photos with their bytes in base64. Parts joined are one file.
 */
export async function* unsentParts(store: Store, now: number): AsyncGenerator<string> {
  const head = {
    kind: 'export',
    format: 1,
    partition: store.partition,
    queue: await store.queue(),
    user: (await store.outbox.values.get('user'))?.id ?? null,
    made_at: new Date(now).toISOString(),
  }
  let part = `${JSON.stringify(head)}\n`
  for await (const line of unsentLines(store)) {
    if (part.length + line.length > PART_BYTES) {
      yield part
      part = `${JSON.stringify(head)}\n`
    }
    part += `${line}\n`
  }
  yield part
}

async function* unsentLines(store: Store): AsyncGenerator<string> {
  for (const sealed of await store.outbox.waiting()) yield sealed.line
  for (const photo of await store.photos.all()) {
    const bytes = await store.photos.bytes(photo.id)
    if (bytes) yield photoLine(photo, bytes)
  }
}

function photoLine(photo: Photo, bytes: Uint8Array): string {
  const { id, role, contentType, sha256, capturedAt } = photo
  const content = base64(bytes)
  return JSON.stringify({ kind: 'photo', id, role, content_type: contentType, sha256, captured_at: capturedAt, content })
}
