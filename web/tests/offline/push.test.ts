import { describe, expect, test } from 'vitest'
import { Device, NoNetwork, Refused, TooLong, newId } from '@/offline'
import { cut, lost, refusing, same } from './fakeServer'
import { citizen, countWaiting, kept, options, paths, reopened, server, snap } from './world'

describe('push', () => {
  test('what was saved off-line is sent once and has its outcome', async () => {
    const device = await citizen()
    const [id] = await snap(device)
    expect(await countWaiting(device)).toBe(1)
    const [result] = await device.sync()
    expect(result!.outcome).toBe('applied')
    expect(await countWaiting(device)).toBe(0)
    expect(await device.pushing.push()).toEqual([])
    expect((await device.shown('hazard', id!))!.state).toBe('SUBMITTED')
  })

  test('a lost answer is asked for again', async () => {
    const device = await citizen()
    await snap(device, 3)
    server.tampers = [lost]
    await expect(device.pushing.push()).rejects.toThrow(NoNetwork)
    expect(await countWaiting(device)).toBe(3)
    expect((await device.pushing.push()).map((item) => item.duplicate)).toEqual([true, true, true])
  })

  test('an answer cut at any byte keeps what came', async () => {
    const device = await citizen()
    await snap(device, 3)
    let whole = ''
    server.tampers = [(answer) => ((whole = new TextDecoder().decode(answer.body)), answer)]
    await device.pushing.push()
    const ends = [...whole].flatMap((letter, place) => (letter === '\n' ? [place + 1] : [])).slice(0, 3)
    for (let length = 0; length < ends[2]!; length += 23) {
      await device.store.outbox.beginEpoch(server.epoch) // receipts are forgotten
      server.tampers = [cut(length)]
      await expect(device.pushing.push()).rejects.toThrow(NoNetwork)
      expect(await countWaiting(device)).toBe(3 - ends.filter((end) => end <= length).length)
      await device.pushing.push()
      expect(await countWaiting(device)).toBe(0)
    }
  })

  test('a torn body halves the batch', async () => {
    const device = await citizen()
    await snap(device, 8)
    const tear = (request: Parameters<(typeof server.before)[0]>[0]) => ({ ...request, body: request.body!.slice(0, -3) })
    server.before = [tear, tear]
    expect((await device.pushing.push()).map((item) => item.outcome)).toEqual(Array(8).fill('applied'))
    expect(paths().filter((path) => path === '/sync/push')).toHaveLength(2 + 4)
  })

  test('a line stays the same text whatever happens', async () => {
    const device = await citizen()
    await snap(device)
    const before = (await device.outbox())[0]!.line
    server.tampers = [lost]
    await expect(device.pushing.push()).rejects.toThrow(NoNetwork)
    await device.sync()
    expect((await device.outbox())[0]!.line).toBe(before)
    expect(server.bodies.some((body) => body.includes(before))).toBe(true)
  })

  test('a cloned phone opens a new queue and loses nothing', async () => {
    const device = await citizen()
    await snap(device, 2)
    const lines = await device.outbox()
    await device.pushing.push()
    // As on the clone: the same queue, and other lines at the same seq.
    for (const line of lines) server.receipts.delete(`${device.user!.id} ${line.mid}`)
    const queue = await device.store.queue()
    server.queues.get(queue)!.results.forEach((known) => (known.sha256 = 'of the clone'))
    await device.store.outbox.beginEpoch(server.epoch)
    const mine = await snap(device)
    expect((await device.sync()).map((item) => item.outcome)).toEqual(['applied', 'applied', 'applied'])
    expect(await device.store.queue()).not.toBe(queue)
    expect(await device.shown('hazard', mine[0]!)).not.toBeNull()
    await snap(device)
    expect((await device.pushing.push()).map((item) => item.seq)).toEqual([4])
  })

  test('a server that forgot is told again', async () => {
    const device = await citizen()
    await snap(device, 3)
    await device.pushing.push()
    const queue = server.queues.get(await device.store.queue())!
    queue.lastSeq = 1
    queue.results.length = 1
    await snap(device)
    expect((await device.pushing.push()).map((item) => item.duplicate)).toEqual([true, true, false])
  })

  test('a gap that cannot be filled any more is met with a new queue', async () => {
    const device = await citizen()
    await snap(device, 2)
    await device.sync()
    await device.store.outbox.forgetSafe(2, 2)
    const queue = server.queues.get(await device.store.queue())!
    queue.lastSeq = 0
    queue.results.length = 0
    await snap(device)
    expect((await device.sync()).map((item) => [item.seq, item.outcome])).toEqual([[1, 'applied']])
  })

  test('a new epoch is met by sending again and pulling from the start', async () => {
    const device = await citizen()
    const [id] = await snap(device)
    await device.sync()
    server.epoch = newId()
    const [other] = await snap(device)
    expect((await device.pushing.push()).map((item) => [item.outcome, item.duplicate])).toEqual([['applied', true], ['applied', false]])
    expect((await device.pulling.pull()).checkpoint).toBe(true)
    expect(await device.shown('hazard', id!)).not.toBeNull()
    expect(await device.shown('hazard', other!)).not.toBeNull()
  })

  test('a refusal that cannot be mended is told', async () => {
    const device = await citizen()
    await snap(device)
    server.tampers = [refusing(422, 'invalid_fields')]
    await expect(device.sync()).rejects.toMatchObject({ code: 'invalid_fields' })
    expect(await countWaiting(device)).toBe(1)
    expect(await device.waiting()).toMatchObject({ acts: 1, why: 'refused', code: 'invalid_fields' })
  })

  test('a busy queue is tried later, and why is said', async () => {
    const device = await citizen()
    await snap(device)
    server.tampers = [refusing(409, 'busy', { retry_after_seconds: 4 })]
    await expect(device.sync()).rejects.toMatchObject({ code: 'busy', retryAfterSeconds: 4 })
    expect(await device.waiting()).toMatchObject({ acts: 1, why: 'busy', retryAt: '2026-11-26T08:00:04.000Z' })
    await device.sync()
    expect(await device.waiting()).toMatchObject({ acts: 0, why: null, since: null })
  })

  test('the outbox survives the page', async () => {
    const first = await citizen()
    const [id] = await snap(first)
    const before = [await first.install(), await first.store.queue(), await first.sign('0'.repeat(64)).then(() => 'signs')]
    const again = await reopened(first)
    expect([await again.install(), await again.store.queue(), await again.sign('0'.repeat(64)).then(() => 'signs')]).toEqual(before)
    expect((await again.sync()).map((item) => item.outcome)).toEqual(['applied'])
    expect(await again.shown('hazard', id!)).not.toBeNull()
  })

  test('a registration whose answer was lost after a fork is made up for', async () => {
    const device = await citizen()
    await snap(device)
    server.tampers = [refusing(409, 'fork', { seq: 1 }), lost]
    await expect(device.sync()).rejects.toThrow(NoNetwork)
    server.queues.delete(await device.store.queue()) // as if the registration itself had not arrived either
    expect((await device.sync()).map((item) => item.outcome)).toEqual(['applied'])
  })

  test('what is too long for a line is not said to be saved', async () => {
    const device = await citizen()
    await expect(device.mutate('hazard.submit', newId(), { description: '长'.repeat(30_000) })).rejects.toThrow(TooLong)
    expect(await countWaiting(device)).toBe(0)
  })

  test('acts on the same record name the one before them', async () => {
    const device = await citizen()
    const [id] = await snap(device)
    const edit = await device.mutate('hazard.edit', id!, {}, { changes: { description: ['灭火器过期', '灭火器丢失'] } })
    const submitted = (await device.outbox())[0]!
    expect(JSON.parse(edit.line).base).toMatchObject({ revision: 0, after: submitted.mid })
    expect((await device.shown('hazard', id!))!.description).toBe('灭火器丢失')
    await device.sync()
    expect((await device.shown('hazard', id!))!.description).toBe('灭火器丢失')
    expect(JSON.parse((await device.mutate('hazard.edit', id!)).line).base).toMatchObject({ revision: 2, after: null })
  })

  test('a server that contradicts itself is not asked for ever', async () => {
    const device = await citizen()
    await snap(device)
    server.tampers = Array(100).fill((answer: never, request: { path: string }) =>
      request.path.endsWith('/push') ? refusing(409, 'gap', { expected_seq: 1 })() : same(answer))
    await expect(device.pushing.push()).rejects.toThrow(Refused)
    expect(server.sent.length).toBeLessThan(50)
  })

  test('two phones of one person do not know of each other', async () => {
    const first = await citizen('13600001111')
    await snap(first)
    const guest = kept(await Device.openGuest(options()))
    await snap(guest)
    expect(await countWaiting(first)).toBe(1)
    expect(await countWaiting(guest)).toBe(1)
  })
})
