import { describe, expect, test } from 'vitest'
import { Device, NoNetwork, OtherPerson, Refused, Unsent, isGuestPartition, partitions } from '@/offline'
import { devicesHere } from '@/offline/devices'
import { lost, refusing } from './fakeServer'
import { citizen, countWaiting, kept, options, paths, photo, reopened, server, snap } from './world'

describe('a session', () => {
  test('an expired access token is refreshed once, for all who wait', async () => {
    const device = await citizen()
    server.expireTokens()
    await Promise.all([device.fetch('/me'), device.fetch('/me'), device.fetch('/me')])
    expect(paths().filter((path) => path === '/auth/sessions/refresh')).toHaveLength(1)
    expect(await device.fetch('/api/v1/me')).toMatchObject({ id: device.user!.id })
  })

  test('a lost answer to a refresh strands nobody', async () => {
    const device = await citizen()
    server.expireTokens()
    server.tampers = [(answer) => answer, lost]
    await expect(device.fetch('/me')).rejects.toThrow(NoNetwork)
    expect(await device.fetch('/me')).toMatchObject({ id: device.user!.id })
  })

  test('two tabs do not use up each other’s tokens', async () => {
    const device = await citizen()
    const other = await reopened(device, { otherTab: true })
    server.expireTokens()
    await Promise.all([device.fetch('/me'), other.fetch('/me')])
    server.expireTokens()
    await Promise.all([other.fetch('/me'), device.fetch('/me')])
    expect(await device.isSignedIn()).toBe(true)
  })

  test('a session that the server ended is told, and what waits stays', async () => {
    const device = await citizen()
    const told: string[] = []
    device.subscribe((change) => told.push(change.kind))
    await snap(device)
    server.sessions = []
    await expect(device.sync()).rejects.toMatchObject({ status: 401 })
    expect(device.user).toBeNull()
    expect(told).toContain('session')
    expect(await device.waiting()).toMatchObject({ acts: 1, why: 'signed_out' })
    await device.signIn({ phone: device.partition.slice(-11), code: '000000' })
    expect((await device.sync()).map((item) => item.outcome)).toEqual(['applied'])
  })

  test('without a network the person stays who he is', async () => {
    const device = await citizen()
    const again = await reopened(device)
    expect(again.user).toEqual(device.user)
    await again.close()
    expect(kept((await Device.current(options()))!).user).toEqual(device.user)
  })

  test('somebody else does not sign in to another person’s partition', async () => {
    const device = await citizen()
    await expect(device.signIn({ phone: '13900000000', code: '000000' })).rejects.toThrow(OtherPerson)
    expect(device.user!.id).toContain(device.partition.slice(-11))
  })

  test('a sign-in with another install sends what waits in a queue of that one', async () => {
    const device = await citizen('13600007777')
    await snap(device)
    const again = await Device.signIn({ phone: '13600007777', code: '000000' }, '01960000-0000-7000-8000-00000000beef', options())
    expect(again).toBe(device)
    expect((await again.sync()).map((item) => [item.seq, item.outcome])).toEqual([[1, 'applied']])
    expect(server.queues.get(await again.store.queue())!.install).toBe('01960000-0000-7000-8000-00000000beef')
  })

  test('a refusal names its code and the fields that are wrong', async () => {
    const device = await citizen()
    server.tampers = [refusing(422, 'invalid_fields', { title: '填写的内容有误', errors: [{ field: 'phone', code: 'required', message: '必填' }] })]
    const refused = await device.fetch('/hazards', { method: 'POST', body: {} }).catch((error: unknown) => error as Refused)
    expect(refused).toMatchObject({ status: 422, code: 'invalid_fields', title: '填写的内容有误', fields: [{ field: 'phone', code: 'required', message: '必填' }] })
  })

  test('a request of a typed client goes out with the token and comes back whatever its status', async () => {
    const device = await citizen()
    server.expireTokens()
    const response = await device.authorised(new Request('https://fire.test/api/v1/me?x=1'))
    expect(response.status).toBe(404) // the stand-in knows no queries; but it was asked
    expect(paths()).toContain('/me?x=1')
    expect(await (await device.authorised(new Request('https://fire.test/api/v1/me'))).json()).toMatchObject({ id: device.user!.id })
  })
})

describe('signing out', () => {
  test('somebody with unsent work is asked first, and keeps it', async () => {
    const device = await citizen()
    await snap(device, 2)
    await device.addPhoto(photo())
    await expect(device.signOut()).rejects.toMatchObject({ count: 3 })
    await expect(device.signOut()).rejects.toThrow(Unsent)
    await device.signOut({ anyway: true })
    expect(device.user).toBeNull()
    expect(await Device.current(options())).toBeNull()
    expect(await countWaiting(device)).toBe(2)
    await device.signIn({ phone: device.partition.slice(-11), code: '000000' })
    await device.sync()
    expect(await device.unsent()).toBe(0)
  })

  test('what the server showed does not stay for the next person with this phone', async () => {
    const device = await citizen()
    const [id] = await snap(device)
    await device.sync()
    await device.signOut()
    expect((await device.store.base.scopes()).size).toBe(0)
    expect(await device.store.base.rows('hazard', id)).toEqual([])
  })

  test('without a network one signs out all the same', async () => {
    const device = await citizen()
    server.tampers = [lost]
    await device.signOut()
    expect(await device.isSignedIn()).toBe(false)
  })

  test('two people with one phone have their own partitions', async () => {
    const first = await citizen()
    await snap(first)
    await first.signOut({ anyway: true })
    const second = await citizen()
    expect(await second.outbox()).toEqual([])
    expect((await devicesHere(options())).map((device) => device.partition)).toEqual([second.partition])
    expect(await first.install()).toBe(await second.install()) // one phone, for whoever reports it lost
    expect(await first.store.queue()).not.toBe(await second.store.queue())
  })
})

describe('a guest', () => {
  test('each report by nobody has an install, a key, a queue and a session of its own', async () => {
    const person = await citizen()
    const guests = [kept(await Device.openGuest(options())), kept(await Device.openGuest(options()))]
    for (const guest of guests) await snap(guest)
    for (const guest of guests) expect((await guest.sync())[0]!.outcome).toBe('applied')
    const owners = guests.map((guest) => guest.user!.id)
    const marks = await Promise.all([person, ...guests].map(async (one) => [await one.install(), await one.store.queue()]))
    expect(new Set([...owners, person.user!.id]).size).toBe(3)
    expect(new Set(marks.flat()).size).toBe(6)
    expect(server.sessions.filter((session) => session.user.kind === 'guest')).toHaveLength(2)
    expect(await Device.current(options())).toBe(person) // still signed in
    expect((await devicesHere(options())).filter((device) => device.isGuest)).toHaveLength(2)
  })

  test('a report saved without a network needs no session until there is one', async () => {
    const guest = kept(await Device.openGuest(options()))
    await guest.addPhoto(photo())
    await snap(guest)
    server.before = [() => lost()]
    await expect(guest.sync()).rejects.toThrow(NoNetwork)
    expect(await guest.waiting()).toMatchObject({ acts: 1, photos: 1, why: 'server_away', since: '2026-11-26T08:00:00.000Z' })
    await guest.sync()
    expect(await guest.unsent()).toBe(0)
    expect(paths()).not.toContain('/sync/pull') // he holds no base
  })

  test('a guest whose session ended is another one, and hands in only what was not handed in', async () => {
    const guest = kept(await Device.openGuest(options()))
    await snap(guest)
    await guest.sync()
    const before = [await guest.install(), await guest.store.queue(), guest.user!.id]
    await snap(guest)
    server.sessions = []
    await expect(guest.sync()).rejects.toMatchObject({ status: 401 })
    expect((await guest.sync()).map((item) => [item.seq, item.outcome])).toEqual([[1, 'applied']])
    expect([await guest.install(), await guest.store.queue(), guest.user!.id].filter((mark) => before.includes(mark))).toEqual([])
  })

  test('a guest is forgotten thirty days after his report was handed in, and not before', async () => {
    const guest = kept(await Device.openGuest(options()))
    await snap(guest)
    server.now = Date.now() - 31 * 24 * 3600 * 1000
    expect(await devicesHere(options())).toContain(guest)
    await guest.sync()
    expect(await devicesHere(options())).toEqual([])
    expect((await partitions()).some(isGuestPartition)).toBe(false)
  })
})
