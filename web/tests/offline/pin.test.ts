import { describe, expect, test } from 'vitest'
import { Locked, WrongPin, newId, type Device } from '@/offline'
import { Bell } from '@/offline/channel'
import { citizen, clock, countWaiting, reopened, server, snap } from './world'

const DAY = 24 * 3600 * 1000
const PHONE = '13700000001'

/** A member of the staff whose phone holds a case, sealed under his PIN. */
async function officer(): Promise<{ device: Device; id: string }> {
  const device = await citizen(PHONE)
  const id = newId()
  const own = `user:${device.user!.id}#own`
  server.visible.set(device.user!.id, new Set([own]))
  server.show(own, 'hazard', id, { state: 'VERIFYING', description: '二楼疏散门上锁' })
  device.pin.rounds = 10
  await device.sync()
  return { device, id }
}

const stored = async (device: Device): Promise<string> => {
  const base = device.store.base as unknown as { database: { open(): Promise<{ getAll(name: string): Promise<{ data: unknown }[]> }> } }
  return JSON.stringify((await (await base.database.open()).getAll('rows')).map((row) => row.data))
}

async function relocked(device: Device): Promise<Device> {
  const again = await reopened(device)
  again.pin.rounds = 10
  return again
}

describe('the PIN of the staff', () => {
  test('what the base holds is sealed from then on, also what it held before', async () => {
    const { device, id } = await officer()
    expect(await stored(device)).toContain('疏散门')
    await device.pin.set('246810')
    expect(await stored(device)).not.toContain('疏散门')
    expect((await device.shown('hazard', id))!.description).toBe('二楼疏散门上锁')
    server.show(`user:${device.user!.id}#own`, 'hazard', id, { state: 'VERIFIED_TRUE', description: '已拆除门锁' })
    await device.sync()
    expect(await stored(device)).not.toContain('门锁')
    expect((await device.shown('hazard', id))!.description).toBe('已拆除门锁')
  })

  test('after a reload the base is locked until the PIN is given, the outbox never', async () => {
    const { device, id } = await officer()
    await device.pin.set('246810')
    const again = await relocked(device)
    expect(await again.pin.state()).toBe('pin')
    await expect(again.shown('hazard', id)).rejects.toThrow(Locked)
    await expect(again.allShown('hazard')).rejects.toMatchObject({ reason: 'pin' })
    const act = await again.mutate('hazard.edit', id, {}, { changes: { note: [null, '到场'] } })
    expect(JSON.parse(act.line).base.revision).toBe(1) // known without the key
    expect((await again.sync()).map((item) => item.outcome)).toEqual(['applied'])
    await again.pin.unlock('246810')
    await again.sync()
    expect(await again.shown('hazard', id)).toMatchObject({ note: '到场', revision: 2 })
  })

  test('a wrong PIN opens nothing; attempts wait, and the tenth erases the base and signs out, and not the outbox', async () => {
    const { device, id } = await officer()
    await device.pin.set('246810')
    await snap(device)
    const again = await relocked(device)
    for (let left = 9; left > 5; left--) await expect(again.pin.unlock('000000')).rejects.toMatchObject({ attemptsLeft: left, retryAfterSeconds: 0 })
    await expect(again.pin.unlock('000000')).rejects.toMatchObject({ attemptsLeft: 5, retryAfterSeconds: 30 })
    await expect(again.pin.unlock('246810')).rejects.toMatchObject({ attemptsLeft: 5 }) // not even looked at
    for (let left = 4; left >= 0; left--) {
      clock.now += 3600_000
      await expect(again.pin.unlock('000000')).rejects.toMatchObject({ attemptsLeft: left })
    }
    expect(await again.store.base.rows('hazard', id)).toEqual([])
    expect([await again.isSignedIn(), again.user]).toEqual([false, null])
    await expect(again.sync()).rejects.toMatchObject({ status: 401 }) // whoever guessed is not handed it again, unsealed
    expect(await again.store.base.rows('hazard', id)).toEqual([])
    expect(await countWaiting(again)).toBe(1)
    await again.signIn({ phone: PHONE, code: '000000' })
    await again.sync()
    expect(await again.shown('hazard', id)).not.toBeNull()
    expect(await countWaiting(again)).toBe(0)
  })

  test('unlocking asks for a round: while the base was locked nothing came into it', async () => {
    const { device } = await officer()
    await device.pin.set('246810')
    const again = await relocked(device)
    let rung = 0
    const bell = new Bell(() => rung++)
    await again.pin.unlock('246810')
    await expect.poll(() => rung).toBeGreaterThan(0)
    bell.close()
  })

  test('the right PIN forgives the attempts before it', async () => {
    const { device } = await officer()
    await device.pin.set('246810')
    const again = await relocked(device)
    await expect(again.pin.unlock('1')).rejects.toThrow(WrongPin)
    await again.pin.unlock('246810')
    again.pin.lock()
    await expect(again.pin.unlock('1')).rejects.toMatchObject({ attemptsLeft: 9 })
  })

  test('after seven days without the server the base is locked, the outbox is not, and any answer ends it', async () => {
    const { device, id } = await officer()
    await device.pin.set('246810')
    clock.now += 7 * DAY + 1000
    expect(await device.pin.state()).toBe('away')
    await expect(device.shown('hazard', id)).rejects.toMatchObject({ reason: 'away' })
    await expect(device.pin.unlock('246810')).rejects.toMatchObject({ reason: 'away' })
    await snap(device)
    await device.sync()
    expect(await countWaiting(device)).toBe(0)
    expect(await device.shown('hazard', id)).not.toBeNull()
  })

  test('whoever signed in just now is not away, before his first sync too', async () => {
    const device = await citizen()
    device.pin.rounds = 10
    await device.pin.set('246810')
    expect(await device.pin.state()).toBe('open')
  })

  test('setting the clock back does not keep it open', async () => {
    const { device } = await officer()
    await device.pin.set('246810')
    clock.now -= 3 * DAY
    expect(await device.pin.state()).toBe('away')
  })

  test('a PIN is changed only by who knows it', async () => {
    const { device, id } = await officer()
    await device.pin.set('246810')
    await expect(device.pin.change('1', '2')).rejects.toThrow(WrongPin)
    await device.pin.change('246810', '135791')
    const again = await relocked(device)
    await expect(again.pin.unlock('246810')).rejects.toThrow(WrongPin)
    await again.pin.unlock('135791')
    expect(await again.shown('hazard', id)).not.toBeNull()
  })

  test('who forgot it loses the base and nothing else', async () => {
    const { device, id } = await officer()
    await device.pin.set('246810')
    await snap(device)
    const again = await relocked(device)
    await again.pin.forget()
    await again.sync()
    expect(await again.shown('hazard', id)).not.toBeNull()
    expect(await countWaiting(again)).toBe(0)
  })

  test('an evicted base does not cost the PIN', async () => {
    const { device, id } = await officer()
    await device.pin.set('246810')
    await device.close()
    await device.store.base.destroy()
    const again = await relocked(device)
    expect(await again.pin.state()).toBe('pin')
    await again.pin.unlock('246810')
    await again.sync()
    expect(await stored(again)).not.toContain('疏散门')
    expect(await again.shown('hazard', id)).not.toBeNull()
  })

  test('a tab in which it was given opens the others', async () => {
    const { device, id } = await officer()
    await device.pin.set('246810')
    const other = await reopened(device, { otherTab: true })
    const opened = new Promise<void>((resolve) => other.subscribe((change) => change.kind === 'lock' && resolve()))
    if ((await other.pin.state()) === 'pin') await opened
    expect(await other.shown('hazard', id)).not.toBeNull()
  })
})
