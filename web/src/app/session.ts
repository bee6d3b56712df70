import { markRaw, reactive, shallowRef } from 'vue'
import type { components } from '@/generated/api'
import { Device, newInstall, type Waiting } from '@/offline'

export type User = components['schemas']['Me']
export type WayIn = Omit<components['schemas']['OpenSession'], 'install'>

const PARTITION = 'partition' // whose device this was last
const GUEST = 'guest'

/** Who uses this client now, and what of his still waits on this device. */
export const session = reactive<{ user: User | null; waiting: Waiting | null }>({ user: null, waiting: null })

const device = shallowRef<Device | null>(null)
let stopListening: () => void = () => undefined

/** The device of whoever uses the client now. */
export function currentDevice(): Device {
  if (device.value === null) throw new Error('restoreSession comes first')
  return device.value
}

/** What was open when the client was last left; without a network too. */
export async function restoreSession(): Promise<void> {
  await use(localStorage.getItem(PARTITION) ?? GUEST)
}

/** Sign in. What another person of this device has not sent yet stays in his own partition. */
export async function signIn(way: WayIn, install = newInstall()): Promise<User> {
  const opened = await Device.signIn(way, install)
  await use(opened.partition)
  return opened.user
}

/** Sign out, on the server too where it can be reached. */
export async function signOut(): Promise<void> {
  await currentDevice().signOut()
  await use(GUEST)
}

async function use(partition: string): Promise<void> {
  stopListening()
  const opened = markRaw(await Device.open(partition))
  device.value = opened
  session.user = opened.user
  session.waiting = await opened.waiting()
  stopListening = opened.subscribe(async () => {
    session.user = opened.user
    session.waiting = await opened.waiting()
  })
  localStorage.setItem(PARTITION, partition)
  opened.keepInSync()
}
