import { describe, expect, test } from 'vitest'
import { newId, type Device } from '@/offline'
import { KEPT_FOR_MS } from '@/offline/outbox'
import { citizen, countWaiting, server, snap } from './world'

/** The server knows nothing of these reports any more, and has a new epoch. */
async function setBack(device: Device, ids: string[]): Promise<void> {
  for (const id of ids) server.forgetRow(`reporter:${device.user!.id}#own`, 'hazard', id)
  for (const line of await device.outbox()) server.receipts.delete(`${device.user!.id} ${line.mid}`)
  const queue = server.queues.get(await device.store.queue())!
  queue.lastSeq = 0
  queue.results.length = 0
  server.epoch = newId()
}

describe('a restored server', () => {
  test('rows that it no longer has are offered and never deleted silently', async () => {
    const device = await citizen()
    const [id] = await snap(device)
    await device.sync()
    const held = await device.store.base.rows('hazard', id)
    await device.store.outbox.forgetSafe(100, 100) // it was safe, as far as anybody knew
    await setBack(device, [id!])
    await device.sync()
    expect(await device.store.base.rows('hazard', id)).toEqual([])
    expect(await device.limbo()).toEqual(held)
    await device.dismiss(held[0]!)
    expect(await device.limbo()).toEqual([])
  })

  test('what it lost comes again from the phone', async () => {
    const device = await citizen()
    const [id] = await snap(device)
    await device.sync()
    await setBack(device, [id!])
    expect((await device.sync())).toEqual([]) // met in the pull, pushed within it
    expect(await device.shown('hazard', id!)).toMatchObject({ state: 'SUBMITTED', waiting: [] })
    expect(await device.limbo()).toEqual([])
  })

  test('a phone without a cursor learns of the restore from the first line', async () => {
    const device = await citizen()
    const [id] = await snap(device)
    await device.pushing.push()
    await device.store.base.values.put({ cursor: undefined })
    const epoch = await device.store.outbox.values.get('epoch')
    server.epoch = newId()
    await device.pulling.pull()
    expect(await device.store.outbox.values.get('epoch')).not.toBe(epoch)
    expect(await device.shown('hazard', id!)).not.toBeNull()
    expect(await countWaiting(device)).toBe(0)
  })

  test('a phone whose registration was lost registers again', async () => {
    const device = await citizen()
    server.queues.delete(await device.store.queue())
    await device.pulling.pull()
    await device.store.outbox.values.put({ epoch: undefined })
    await snap(device)
    expect((await device.sync()).map((item) => item.outcome)).toEqual(['applied'])
  })

  test('a phone that had earlier queues sends all in a new one', async () => {
    const device = await citizen()
    await snap(device, 2)
    await device.sync()
    await device.store.beginQueue(newId())
    await snap(device)
    const queue = await device.store.queue()
    server.epoch = newId()
    await device.sync()
    expect(await device.store.queue()).not.toBe(queue)
    expect(await countWaiting(device)).toBe(0)
    expect(server.queues.get(await device.store.queue())!.lastSeq).toBe(3)
  })
})

describe('how long receipted lines are kept', () => {
  test('receipted lines are kept until a backup holds them', async () => {
    const device = await citizen()
    await snap(device, 3)
    await device.sync()
    expect(await device.outbox()).toHaveLength(3)
    server.queues.get(await device.store.queue())!.durableSeq = 2
    const [id] = await snap(device)
    await device.sync()
    expect((await device.outbox()).map((line) => line.seq)).toEqual([3, 4])
    expect(await device.shown('hazard', id!)).not.toBeNull()
    await snap(device)
    expect((await device.pushing.push()).map((item) => item.seq)).toEqual([5]) // the count goes on, whatever was forgotten
  })

  test('without a verified backup they are kept for thirty days of the server’s clock', async () => {
    const device = await citizen()
    await snap(device, 2)
    await device.sync()
    const moment = Date.parse((await device.store.outbox.values.get('serverTime'))!)
    for (const [later, kept] of [[KEPT_FOR_MS - 60_000, 2], [KEPT_FOR_MS + 60_000, 0]] as const) {
      await device.store.outbox.values.put({ serverTime: new Date(moment + later).toISOString() })
      await device.store.forgetSafe()
      expect(await device.outbox()).toHaveLength(kept)
    }
  })

  test('what waits is never forgotten', async () => {
    const device = await citizen()
    await snap(device, 2)
    expect(await device.store.outbox.forgetSafe(100, 100)).toBe(0)
    expect(await countWaiting(device)).toBe(2)
  })
})
