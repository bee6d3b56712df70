import type { DBSchema } from 'idb'
import type { Schemas } from '@/app/http'
import { Database } from '@/offline/databases'
import type { Mode } from './naming'
import type { Picture } from './pictures'

/**
 * What this device remembers of a report beside what the engine holds: its query code, which nobody can find again, and what
 * it looked like. Nothing of it is ever sent.
 */
export interface Kept {
  readonly id: string // of the hazard
  readonly partition: string // whose device sends it: a guest's own, or a person's
  readonly code: string
  readonly mode: Mode
  readonly savedAt: string
  readonly picture: Picture
  readonly place: string // in words; empty where there is only a position
  readonly preview: string // a data URL; empty without photo
  readonly seen: Seen | null // what the server last said of it
}

export interface Seen {
  readonly number: string
  readonly state: Schemas['Track']['state']
  readonly submitted_at: string
  readonly due_at: string | null
  readonly held_by: string
}

interface KeptSchema extends DBSchema {
  reports: { key: string; value: Kept }
}

const database = new Database<KeptSchema>('fire-kept-reports', (db) => void db.createObjectStore('reports', { keyPath: 'id' }))

/** Raises StorageFull: then nothing was saved. */
export async function keep(report: Kept): Promise<void> {
  await database.write((tx) => tx.objectStore('reports').put(report))
}

/** What the server says now, to have it also without a network. */
export const note = (id: string, seen: Seen): Promise<void> => change(id, { seen })

/** It is another one's now: a guest's report that a person has claimed. */
export const moveTo = (id: string, partition: string): Promise<void> => change(id, { partition })

async function change(id: string, changes: Partial<Kept>): Promise<void> {
  await database.write(async (tx) => {
    const store = tx.objectStore('reports')
    const report = await store.get(id)
    if (report) await store.put({ ...report, ...changes })
  })
}

export async function forget(id: string): Promise<void> {
  await database.write((tx) => tx.objectStore('reports').delete(id))
}

export async function keptOf(id: string): Promise<Kept | null> {
  return (await (await database.open()).get('reports', id)) ?? null
}

/** Newest first. */
export async function allKept(): Promise<Kept[]> {
  const found = await (await database.open()).getAll('reports')
  return found.sort((one, other) => (one.savedAt < other.savedAt ? 1 : -1))
}
