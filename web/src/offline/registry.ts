import { registryDatabase } from './databases'
import { newId } from './ids'
import { Values } from './values'

const GUEST = 'guest:'
const PERSON = 'person:'

interface RegistryValues {
  install: string
  current: string // the partition of whoever is signed in
}

const database = registryDatabase()
const values = new Values<RegistryValues>(database as never)

export const personPartition = (personId: string): string => PERSON + personId
export const newGuestPartition = (): string => GUEST + newId()
/** True for the partition of one report by nobody, which nothing joins to another one. */
export const isGuestPartition = (partition: string): boolean => partition.startsWith(GUEST)

const INSTALL = 'fire-install'

/** The id that this install made for itself, for a sign-in. Guests each have their own, so that nothing joins them. */
export function newInstall(): string {
  const known = localStorage.getItem(INSTALL)
  if (known !== null) return known
  const made = newId()
  localStorage.setItem(INSTALL, made)
  return made
}

/** The same, also where there is no `localStorage` (a worker). */
export async function installId(): Promise<string> {
  return typeof localStorage === 'undefined' ? values.kept('install', () => newId()) : newInstall()
}

/** Every partition that was ever opened here and not forgotten, oldest first. */
export async function partitions(): Promise<string[]> {
  const found = await (await database.open()).getAll('partitions')
  return found.sort((one, other) => one.madeAt.localeCompare(other.madeAt)).map(({ name }) => name)
}

export async function notePartition(name: string): Promise<void> {
  await database.write(async (tx) => {
    const store = tx.objectStore('partitions')
    if ((await store.get(name)) === undefined) await store.put({ name, madeAt: new Date().toISOString() })
  })
}

export async function forgetPartition(name: string): Promise<void> {
  await database.write((tx) => tx.objectStore('partitions').delete(name))
}

export const currentPartition = (): Promise<string | undefined> => values.get('current')
export const setCurrentPartition = (name: string | undefined): Promise<void> => values.put({ current: name })

/** For tests: as if the page had been closed. */
export const closeRegistry = (): Promise<void> => database.close()
