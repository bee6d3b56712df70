import { Device, isGuestPartition, NoNetwork, partitions, Refused, StorageFull } from '@/offline'
import { currentDevice, lookAtDevices } from './session'

const READER = 'reader' // the partition of whoever reads here without having signed in
const FRESH_MS = 3_600_000
let readAt = 0

/** The device that holds what everybody may read: the person's own, or that of a guest who does nothing else. */
export async function readingDevice(): Promise<Device> {
  const own = currentDevice()
  if (own !== null) return own
  const known = localStorage.getItem(READER)
  if (known !== null && (await partitions()).includes(known)) return Device.open(known)
  const fresh = await Device.openGuest()
  localStorage.setItem(READER, fresh.partition)
  return fresh
}

/** Fetch what is new of it, if that was not done within the hour. False without a network, and without space for it. */
export async function readAnew(always = false): Promise<boolean> {
  if (!always && Date.now() - readAt < FRESH_MS) return true
  try {
    const device = await readingDevice()
    if (isGuestPartition(device.partition)) await device.read()
    else await device.sync()
    readAt = Date.now()
    await lookAtDevices()
    return true
  } catch (error) {
    if (error instanceof NoNetwork || error instanceof Refused || error instanceof StorageFull) return false
    throw error
  }
}
