import { Device } from './device'
import type { DeviceOptions } from './localDevice'
import { currentPartition, isGuestPartition, partitions } from './registry'

const KEPT_FOR_MS = 30 * 24 * 3600 * 1000

/**
 * The devices whose queues this install hands in: of the person who is signed in, and of every guest.
 *
 * A guest whose report was handed in 30 days ago is forgotten.
 */
export async function devicesHere(options: DeviceOptions = {}): Promise<Device[]> {
  const current = await currentPartition()
  const found: Device[] = []
  for (const name of await partitions()) {
    if (name !== current && !isGuestPartition(name)) continue
    const device = await Device.open(name, options)
    if (device.isGuest && (await isOver(device))) await device.destroy()
    else found.push(device)
  }
  return found
}

/** True if nothing waits and the last receipt is old; a guest who has not saved anything yet is only beginning. */
async function isOver(device: Device): Promise<boolean> {
  const lines = await device.outbox()
  const last = lines[lines.length - 1]
  if (!last?.acknowledgedAt || (await device.unsent()) > 0) return false
  return Date.now() - Date.parse(last.acknowledgedAt) > KEPT_FOR_MS
}
