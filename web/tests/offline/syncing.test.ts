import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Device, NoNetwork, Refused, Syncing } from '@/offline'
import { devicesHere } from '@/offline/devices'
import { exclusively, Leadership, LEASE_MS, Leases } from '@/offline/locks'
import { FakeLocks } from './fakeLocks'
import { citizen, countWaiting, kept, options, server, snap } from './world'

const started: Syncing[] = []

function syncing(devices: () => Promise<readonly Device[]>): Syncing {
  const one = new Syncing({ devices })
  started.push(one)
  one.start()
  return one
}

const turn = (ms = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

afterEach(() => {
  for (const one of started.splice(0)) one.stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** A device of which only what `Syncing` asks of it is real. */
function stub(sync: () => Promise<unknown>): Device {
  return { partition: 'person:x', isGuest: false, isSignedIn: async () => true, unsent: async () => 1, sync } as unknown as Device
}

describe('one tab keeps the device in step', () => {
  beforeEach(() => vi.stubGlobal('navigator', { locks: new FakeLocks(), onLine: true }))

  test('a save is handed in by itself, from the tab that leads', async () => {
    const device = await citizen()
    const [leader, other] = [syncing(() => devicesHere(options())), syncing(() => devicesHere(options()))]
    await turn()
    expect([leader.leads, other.leads]).toEqual([true, false])
    await snap(device)
    await vi.waitFor(async () => expect(await countWaiting(device)).toBe(0), { timeout: 5000 })
    leader.stop()
    await vi.waitFor(() => expect(other.leads).toBe(true))
    await snap(device)
    await vi.waitFor(async () => expect(await countWaiting(device)).toBe(0), { timeout: 5000 })
  })

  test('a report by nobody is handed in too, also beside a person', async () => {
    await citizen()
    syncing(() => devicesHere(options()))
    const guest = kept(await Device.openGuest(options()))
    await snap(guest)
    await vi.waitFor(async () => expect(await guest.unsent()).toBe(0), { timeout: 5000 })
    expect(server.sessions.map((session) => session.user.kind).sort()).toEqual(['citizen', 'guest'])
  })

  test('a tab that does not lead does nothing by itself', async () => {
    vi.useFakeTimers()
    const calls: string[] = []
    syncing(async () => [stub(async () => calls.push('leader'))])
    syncing(async () => [stub(async () => calls.push('other'))])
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(new Set(calls)).toEqual(new Set(['leader']))
    expect(calls.length).toBe(12)
  })

  test('what was under way when the network came back is tried again at once', async () => {
    vi.useFakeTimers()
    vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }))
    vi.stubGlobal('window', new EventTarget())
    const at: number[] = []
    let isOffLine = true
    syncing(async () => [
      stub(async () => {
        at.push(Date.now())
        if (!isOffLine) return
        isOffLine = false
        window.dispatchEvent(new Event('online'))
        throw new NoNetwork('the request of before')
      }),
    ])
    await vi.advanceTimersByTimeAsync(2_000)
    expect(at).toHaveLength(2)
  })

  test('after a failure it waits longer each time, and after a success no more', async () => {
    vi.useFakeTimers()
    const at: number[] = []
    let fails = true
    syncing(async () => [
      stub(async () => {
        at.push(Date.now())
        if (fails) throw new NoNetwork('away')
      }),
    ])
    await vi.advanceTimersByTimeAsync(120_000)
    const gaps = at.slice(1).map((moment, place) => moment - at[place]!)
    expect(gaps.length).toBeGreaterThanOrEqual(3)
    expect(gaps.every((gap, place) => place === 0 || gap > gaps[place - 1]!)).toBe(true)
    fails = false
    await vi.advanceTimersByTimeAsync(600_000)
    expect(at[at.length - 1]! - at[at.length - 2]!).toBe(300_000)
  })

  test('the server’s patience is kept, whatever happens meanwhile', async () => {
    vi.useFakeTimers()
    const at: number[] = []
    const begun = Date.now()
    const one = syncing(async () => [
      stub(async () => {
        at.push(Date.now() - begun)
        if (at.length === 1) throw new Refused(429, { type: '/problems/too_many_requests' }, 120)
      }),
    ])
    await vi.advanceTimersByTimeAsync(1000)
    one.wake()
    await vi.advanceTimersByTimeAsync(100_000)
    expect(at).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(30_000)
    expect(at[1]).toBeGreaterThanOrEqual(120_000)
  })

  test('the device of one person does not wait for another one’s bad luck', async () => {
    vi.useFakeTimers()
    const calls: string[] = []
    const unlucky = stub(async () => { throw new NoNetwork('away') })
    const lucky = { ...stub(async () => calls.push('lucky')), partition: 'guest:y' } as unknown as Device
    const one = syncing(async () => [unlucky, lucky])
    await vi.advanceTimersByTimeAsync(1000)
    one.wake()
    await vi.advanceTimersByTimeAsync(1000)
    expect(calls).toHaveLength(2)
  })

  test('the visible tab takes the lead, and the other one gets it back at its end', async () => {
    const told: string[] = []
    const [first, second] = [new Leadership('lead', () => told.push('first')), new Leadership('lead', () => told.push('second'))]
    void first.seek(false)
    await turn()
    void second.seek(true)
    await turn()
    expect([first.isOurs, second.isOurs]).toEqual([false, true])
    second.end()
    await turn()
    expect([first.isOurs, second.isOurs]).toEqual([true, false])
    expect(told).toEqual(['first', 'second', 'first'])
    first.end()
  })

  test('who falls asleep in a round does not hold up the others for ever', async () => {
    const asleep = exclusively('round', () => new Promise<never>(() => undefined))
    asleep.catch(() => undefined)
    await turn()
    expect(await exclusively('round', async () => 'done', 20)).toBe('done')
    await expect(asleep).rejects.toThrow('stolen')
  })
})

describe('without Web Locks', () => {
  test('a lease keeps others out until it ends', async () => {
    let now = 1_000_000
    const [one, other] = [new Leases(() => now, 'one'), new Leases(() => now, 'other')]
    expect(await one.take('lead')).toBe(true)
    expect(await one.take('lead')).toBe(true)
    expect(await other.take('lead')).toBe(false)
    now += LEASE_MS + 1
    expect(await other.take('lead')).toBe(true)
    await one.give('lead') // not its own any more
    expect(await one.take('lead')).toBe(false)
    await other.give('lead')
    expect(await one.take('lead')).toBe(true)
  })

  test('what is done exclusively is done one after the other', async () => {
    const log: string[] = []
    const work = (name: string) => async (): Promise<void> => {
      log.push(`${name} begins`)
      await turn(5)
      log.push(`${name} ends`)
    }
    await Promise.all([exclusively('x', work('a')), exclusively('x', work('b'))])
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends'])
  })

  test('a failure does not keep the lease', async () => {
    await expect(exclusively('x', async () => { throw new Error('broken') })).rejects.toThrow('broken')
    expect(await exclusively('x', async () => 1)).toBe(1)
  })
})
