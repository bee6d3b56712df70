import type { DBSchema } from 'idb'
import { StorageFull } from '@/offline'
import { Database } from '@/offline/databases'
import type { Naming } from './naming'
import type { Picture } from './pictures'
import type { SaidPlace } from './place'
import type { Shot } from './shrink'
import type { Position } from './usePosition'

const KEPT_FOR_MS = 12 * 3_600_000

/** The grid worker's round on which a hazard was seen; `mid`: of the act that recorded it, while that waits on this device. */
export interface OfPatrol {
  readonly id: string
  readonly mid: string | null
}

/** What somebody is writing of a hazard, beside its photos. */
export interface Writing {
  readonly picture: Picture | null
  readonly words: string
  readonly naming: Naming
  readonly said: SaidPlace
  readonly isElsewhere: boolean
  readonly position: Position | null // that was measured
  readonly patrol?: OfPatrol | null
}

export interface Found {
  readonly writing: Writing
  readonly shots: readonly Shot[]
}

interface StoredShot extends Omit<Shot, 'photo'> {
  readonly whose: string
  readonly bytes: ArrayBuffer
  readonly contentType: string
}

interface UnsavedSchema extends DBSchema {
  writings: { key: string; value: Writing & { readonly writtenAt: number } }
  shots: { key: number; value: StoredShot }
}

const database = new Database<UnsavedSchema>('fire-unsaved-report', (db) => {
  db.createObjectStore('writings')
  db.createObjectStore('shots', { autoIncrement: true })
})

/** A report that is not saved yet, on this device: a reload, a web view that was killed or a flat battery loses nothing of it. */
export class Unsaved {
  private readonly keys = new Map<Shot, number>()
  private doing: Promise<void> = Promise.resolve()

  /** `whose`: the partition of whoever is signed in, or one for all who are not. */
  constructor(private readonly whose: string) {}

  /** What was left here half written, not long ago; null if there is nothing. */
  async find(): Promise<Found | null> {
    const db = await database.open()
    const writing = await db.get('writings', this.whose)
    if (writing === undefined) return null
    if (Date.now() - writing.writtenAt > KEPT_FOR_MS) {
      await this.forget()
      return null
    }
    const [keys, stored] = [await db.getAllKeys('shots'), await db.getAll('shots')]
    stored.forEach((one, place) => {
      if (one.whose !== this.whose) return
      const photo = new Blob([one.bytes], { type: one.contentType })
      this.keys.set({ photo, preview: one.preview, capturedAt: one.capturedAt }, keys[place]!)
    })
    return { writing, shots: [...this.keys.keys()] }
  }

  keep(writing: Writing, shots: readonly Shot[]): Promise<void> {
    return this.inTurn(() => this.write(writing, shots))
  }

  /** It was saved, or given up. */
  forget(): Promise<void> {
    return this.inTurn(() =>
      database.write(async (tx) => {
        await tx.objectStore('writings').delete(this.whose)
        const store = tx.objectStore('shots')
        for (let cursor = await store.openCursor(); cursor; cursor = await cursor.continue()) {
          if (cursor.value.whose === this.whose) await cursor.delete()
        }
        this.keys.clear()
      }),
    )
  }

  private async write(writing: Writing, shots: readonly Shot[]): Promise<void> {
    const added = shots.filter((shot) => !this.keys.has(shot))
    const gone = [...this.keys.keys()].filter((shot) => !shots.includes(shot))
    const bytes = await Promise.all(added.map(({ photo }) => photo.arrayBuffer())) // before the transaction, which does not wait for them
    const made = await database.write(async (tx) => {
      const store = tx.objectStore('shots')
      await tx.objectStore('writings').put({ ...writing, writtenAt: Date.now() }, this.whose)
      for (const shot of gone) await store.delete(this.keys.get(shot)!)
      const keys: number[] = []
      for (const [place, { photo, preview, capturedAt }] of added.entries()) {
        keys.push(await store.add({ whose: this.whose, bytes: bytes[place]!, contentType: photo.type, preview, capturedAt }))
      }
      return keys
    })
    for (const shot of gone) this.keys.delete(shot)
    added.forEach((shot, place) => this.keys.set(shot, made[place]!))
  }

  /** One after the other: each begins from what the one before has left. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.doing.then(work).catch((error: unknown) => {
      if (!(error instanceof StorageFull)) throw error // no space: what is on the screen stays there until it is saved
    })
    this.doing = done.catch(() => undefined)
    return done
  }
}
