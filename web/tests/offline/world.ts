import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach } from 'vitest'
import { Device, newId } from '@/offline'
import { closeRegistry } from '@/offline/registry'
import { FakeServer } from './fakeServer'

export let server: FakeServer
/** The device's own clock; tests move it. */
export const clock = { now: Date.parse('2026-11-26T08:00:00Z') }
const opened: Device[] = []
let phones = 0

beforeEach(async () => {
  await closeRegistry()
  indexedDB = new IDBFactory()
  Device.asInAnotherTab()
  server = new FakeServer()
  clock.now = Date.parse('2026-11-26T08:00:00Z')
})

afterEach(async () => {
  for (const device of opened.splice(0)) await device.close()
})

export const options = () => ({ transport: server, now: () => clock.now })

export function kept(device: Device): Device {
  opened.push(device)
  return device
}

/** A citizen on a phone of his own, signed in and registered. */
export async function citizen(phone = String(13_600_000_000 + ++phones)): Promise<Device> {
  const device = kept(await Device.signIn({ phone, code: '000000' }, undefined, options()))
  await device.pulling.pull()
  server.sent.length = 0
  return device
}

/** The same partition again: as after a reload, or as in another tab. */
export async function reopened(device: Device, { otherTab = false } = {}): Promise<Device> {
  if (otherTab) Device.asInAnotherTab()
  else await device.close()
  return kept(await Device.open(device.partition, options()))
}

/** Reports in the outbox; their ids. */
export async function snap(device: Device, count = 1, fields: { photos?: string[] } = {}): Promise<string[]> {
  const ids: string[] = []
  for (let place = 0; place < count; place++) {
    const id = newId()
    await device.mutate('hazard.submit', id, { description: '灭火器过期', report_mode: 'REAL_NAME', ...fields })
    ids.push(id)
  }
  return ids
}

export const countWaiting = (device: Device): Promise<number> => device.store.outbox.countWaiting()
export const paths = (): string[] => server.sent.map((path) => path.replace('/api/v1', ''))

export const photo = (text = 'a photo', size = 1000): Blob => new Blob([text.padEnd(size, '.')], { type: 'image/jpeg' })
