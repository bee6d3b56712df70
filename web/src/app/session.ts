import { markRaw, reactive, shallowRef } from 'vue'
import type { components } from '@/generated/api'
import { Device, devicesHere, newInstall, Syncing, type Credentials, type Waiting } from '@/offline'
import { forgetDrafts } from './drafts'

export type User = components['schemas']['Me']

/** Who uses this client now, and what this device still has to hand in: his acts, and those of nobody's reports. */
export const session = reactive<{ user: User | null; waiting: Pick<Waiting, 'acts' | 'photos' | 'since' | 'why' | 'isSending'> }>({
  user: null,
  waiting: { acts: 0, photos: 0, since: null, why: null, isSending: false },
})

const device = shallowRef<Device | null>(null)
const syncing = new Syncing({ devices: devicesHere, onError: report })
const listening = new Map<string, () => void>()

/** The device of whoever is signed in, or null: then a report is a guest's (`Device.openGuest`). */
export const currentDevice = (): Device | null => device.value

/** The device of whoever is signed in. Raises Error where nobody is: on pages that need a person it cannot happen. */
export function ownDevice(): Device {
  if (device.value === null) throw new Error('nobody is signed in')
  return device.value
}

/** What was open when the client was last left; without a network too. Then everything that waits is handed in. */
export async function restoreSession(): Promise<void> {
  await use(await Device.current())
  syncing.start()
}

/** Sign in. What another person of this device has not sent yet stays in his own partition. Raises Refused, NoNetwork. */
export async function signIn(way: Credentials, install = newInstall()): Promise<User> {
  await use(await Device.signIn(way, install))
  return session.user!
}

/** Sign out, on the server too where it can be reached. What was not handed in stays here, for his next time; what was not saved does not. */
export async function signOut(): Promise<void> {
  const { partition } = ownDevice()
  await ownDevice().signOut({ anyway: true })
  forgetDrafts(partition) // they are not sealed as the base is
  await use(null)
}

/** Count again what waits, and hear of every device of this install: also of a guest's that was just opened. */
export async function lookAtDevices(): Promise<void> {
  const here = await devicesHere()
  for (const one of here) {
    if (!listening.has(one.partition)) listening.set(one.partition, one.subscribe(() => void lookAtDevices().catch(report)))
  }
  const counts = await Promise.all(here.map((one) => one.waiting()))
  session.user = (device.value?.user ?? null) as unknown as User | null
  session.waiting = {
    acts: counts.reduce((sum, count) => sum + count.acts, 0),
    photos: counts.reduce((sum, count) => sum + count.photos, 0),
    since: counts.map((count) => count.since).filter((since) => since !== null).sort()[0] ?? null,
    why: counts.find((count) => count.why !== null)?.why ?? null,
    isSending: counts.some((count) => count.isSending),
  }
}

async function use(opened: Device | null): Promise<void> {
  device.value = opened === null ? null : markRaw(opened)
  await lookAtDevices()
}

function report(error: unknown): void {
  console.error(error)
}
