import { photosDatabase, type Database, type PhotosSchema, type StoredPhoto } from './databases'
import { digestOf } from './ids'
import type { Photo } from './types'

/** Photos as bytes, until the server has stored them. */
export class PhotoStore {
  private readonly database: Database<PhotosSchema>

  constructor(partition: string) {
    this.database = photosDatabase(partition)
  }

  close(): Promise<void> {
    return this.database.close()
  }

  destroy(): Promise<void> {
    return this.database.destroy()
  }

  /** Keep a photo. Raises StorageFull: then nothing was saved. */
  async add(photo: Pick<Photo, 'id' | 'role' | 'contentType' | 'capturedAt' | 'addedAt'>, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const sha256 = await digestOf(bytes)
    await this.database.write(async (tx) => {
      const kept: Photo = { ...photo, sizeBytes: bytes.length, sha256, url: null, refused: null }
      await tx.objectStore('photos').add(kept as StoredPhoto)
      await tx.objectStore('bytes').add(bytes, photo.id)
    })
  }

  /** What waits, in the order in which it was taken. */
  async all(): Promise<Photo[]> {
    return (await (await this.database.open()).getAll('photos')).map(({ order: _, ...photo }) => photo)
  }

  async count(): Promise<number> {
    return (await this.database.open()).count('photos')
  }

  async bytes(id: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return (await this.database.open()).get('bytes', id)
  }

  /** Where the photo is sent to, or null to ask again. */
  place(id: string, url: string | null): Promise<void> {
    return this.change(id, { url })
  }

  /** The server refuses it for good. */
  refuse(id: string, code: string): Promise<void> {
    return this.change(id, { refused: code })
  }

  private async change(id: string, changes: Partial<Photo>): Promise<void> {
    await this.database.write(async (tx) => {
      const store = tx.objectStore('photos')
      const found = await store.index('id').get(id)
      if (found) await store.put({ ...found, ...changes })
    })
  }

  /** The server has stored it, or a person gave it up. */
  async drop(id: string): Promise<void> {
    await this.database.write(async (tx) => {
      const key = await tx.objectStore('photos').index('id').getKey(id)
      if (key !== undefined) await Promise.all([tx.objectStore('photos').delete(key), tx.objectStore('bytes').delete(id)])
    })
  }
}
