import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import type { Device } from '@/offline'
import type { SealedText } from '@/offline/databases'
import { Locked, NoNetwork } from '@/offline'

/** Pictures of cases for the days without a network. They are sealed as the base is, and may go at any time. */
interface Picture {
  readonly contentType: string
  readonly data: string | SealedText // base64
  readonly keptAt: number // or asked for again
}

interface PicturesSchema extends DBSchema {
  pictures: { key: string; value: Picture }
}

const KEPT_FOR_MS = 30 * 24 * 3_600_000
const TOUCHED_AFTER_MS = 24 * 3_600_000
const SIZE = '1600' // px along the longer edge

function database(device: Device): Promise<IDBPDatabase<PicturesSchema>> {
  return openDB<PicturesSchema>(`fire-pictures-${device.partition}`, 1, { upgrade: (db) => void db.createObjectStore('pictures') })
}

/** A photo by its id: one that waits here, one that was fetched earlier, or now from the server; null if it cannot be had. */
export async function pictureOf(device: Device, id: string): Promise<Blob | null> {
  return (await device.photo(id)) ?? (await keptPicture(device, id)) ?? (await fetchPicture(device, id))
}

/** By person: what the round that is under way fetches, and its end. */
const rounds = new Map<string, { readonly ids: Set<string>; readonly end: Promise<void> }>()

/** Fetch what a person will want to see where there is no network. What is asked for while a round is under way comes with it. */
export function keepPictures(device: Device, ids: readonly string[]): Promise<void> {
  const { partition } = device
  const running = rounds.get(partition)
  if (running) {
    for (const id of ids) running.ids.add(id)
    return running.end
  }
  const asked = new Set(ids)
  const end = keepThese(device, asked).finally(() => rounds.delete(partition))
  rounds.set(partition, { ids: asked, end })
  return end
}

async function keepThese(device: Device, ids: ReadonlySet<string>): Promise<void> {
  try {
    for (const id of ids) if (!(await device.photo(id)) && !(await hasPicture(device, id))) await fetchPicture(device, id) // ids grow meanwhile
    await dropOld(device, ids)
  } catch (error) {
    if (!(error instanceof Locked)) throw error
  }
}

/** How many of these are not to be had without a network. */
export async function missingPictures(device: Device, ids: readonly string[]): Promise<number> {
  const db = await database(device)
  const kept = new Set(await db.getAllKeys('pictures'))
  db.close()
  const elsewhere = ids.filter((id) => !kept.has(id))
  const own = await Promise.all(elsewhere.map((id) => device.photo(id)))
  return own.filter((photo) => photo === null).length
}

/** All of this person's, with the base that they belong to. */
export async function forgetPictures(device: Device): Promise<void> {
  const db = await database(device)
  await db.clear('pictures')
  db.close()
}

async function hasPicture(device: Device, id: string): Promise<boolean> {
  const db = await database(device)
  const found = await db.getKey('pictures', id)
  db.close()
  return found !== undefined
}

async function keptPicture(device: Device, id: string): Promise<Blob | null> {
  await device.pin.requireOpen()
  const db = await database(device)
  try {
    const kept = await db.get('pictures', id)
    if (!kept) return null
    const binary = atob(await device.store.vault.open(kept.data))
    return new Blob([Uint8Array.from(binary, (one) => one.charCodeAt(0))], { type: kept.contentType })
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    await db.delete('pictures', id) // sealed under a key that is gone
    return null
  } finally {
    db.close()
  }
}

async function fetchPicture(device: Device, id: string): Promise<Blob | null> {
  let answer: Response
  try {
    answer = await device.authorised(new Request(`${location.origin}/api/v1/media/${id}/renditions/${SIZE}`))
  } catch (error) {
    if (error instanceof NoNetwork) return null
    throw error
  }
  if (!answer.ok) return null // not rendered yet, or not ours to see
  const picture = await answer.blob()
  await keep(device, id, picture)
  return picture
}

async function keep(device: Device, id: string, picture: Blob): Promise<void> {
  const bytes = new Uint8Array(await picture.arrayBuffer())
  let binary = ''
  for (let place = 0; place < bytes.length; place += 0x8000) binary += String.fromCharCode(...bytes.subarray(place, place + 0x8000))
  const data = await device.store.vault.seal(btoa(binary)) // before the transaction, which does not wait for ciphers
  const db = await database(device)
  try {
    await db.put('pictures', { contentType: picture.type || 'image/jpeg', data, keptAt: Date.now() }, id)
  } catch (error) {
    if (!(error instanceof DOMException)) throw error // no space: it is shown now and fetched again another time
  } finally {
    db.close()
  }
}

/** What nobody asked for in a month; what is asked for now is kept for another one. */
async function dropOld(device: Device, wanted: ReadonlySet<string>): Promise<void> {
  const db = await database(device)
  const store = db.transaction('pictures', 'readwrite').store
  for (let cursor = await store.openCursor(); cursor; cursor = await cursor.continue()) {
    const age = Date.now() - cursor.value.keptAt
    if (!wanted.has(cursor.key)) {
      if (age > KEPT_FOR_MS) await cursor.delete()
    } else if (age > TOUCHED_AFTER_MS) await cursor.update({ ...cursor.value, keptAt: Date.now() })
  }
  db.close()
}
