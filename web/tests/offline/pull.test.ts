import { describe, expect, test, vi } from 'vitest'
import { NoNetwork, newId, type Device } from '@/offline'
import { PULL_BYTES } from '@/offline/pulling'
import { cut, lost, same } from './fakeServer'
import { citizen, countWaiting, paths, reopened, server, snap } from './world'

const REGION = 'region:150102#officer'
const LAWS = 'public:laws#all'

/** An officer with cases of his own and of his banner. */
async function officer(cases = 3): Promise<{ device: Device; ids: string[] }> {
  const device = await citizen()
  const own = `user:${device.user!.id}#own`
  server.visible.set(device.user!.id, new Set([REGION, own, LAWS]))
  const ids = Array.from({ length: cases }, () => newId())
  for (const id of ids) server.show(REGION, 'hazard', id, { state: 'VERIFYING' })
  server.show(own, 'hazard', ids[0]!, { state: 'VERIFYING', description: '二楼疏散门上锁' })
  for (let place = 0; place < 8; place++) server.show(LAWS, 'law', newId(), { title: `第${place}条`, text: '消防'.repeat(50) })
  return { device, ids }
}

const baseOf = async (device: Device): Promise<string[]> =>
  (await Promise.all(['hazard', 'law'].map((type) => device.store.base.rows(type)))).flat().map((row) => `${row.scope} ${row.id} ${row.revision}`).sort()

describe('pull', () => {
  test('a case is shown as the largest projection of its latest revision', async () => {
    const { device, ids } = await officer()
    await device.pulling.pull()
    expect((await device.shown('hazard', ids[0]!))!.description).toBe('二楼疏散门上锁')
    server.show(REGION, 'hazard', ids[0]!, { state: 'VERIFIED_TRUE' })
    await device.pulling.pull()
    expect(await device.shown('hazard', ids[0]!)).toMatchObject({ revision: 2, state: 'VERIFIED_TRUE', waiting: [] })
    expect(await device.allShown('hazard')).toHaveLength(3)
  })

  test('an act under way is overlaid until the checkpoint that contains it', async () => {
    const device = await citizen()
    const [id] = await snap(device)
    expect(await device.shown('hazard', id!)).toMatchObject({ revision: 0, waiting: ['hazard.submit'] })
    await device.pushing.push()
    expect((await device.shown('hazard', id!))!.waiting).toEqual([]) // acknowledged, not in the base yet: it must not vanish
    await device.pulling.pull()
    expect((await device.shown('hazard', id!))!.revision).toBe(1)
    expect(await device.store.overlay()).toEqual([])
  })

  test('what was refused leaves the overlay at once', async () => {
    const { device, ids } = await officer()
    await device.pulling.pull()
    await device.mutate('hazard.start', ids[1]!)
    expect((await device.pushing.push())[0]!.outcome).toBe('rejected')
    expect(await device.store.overlay()).toEqual([])
    expect((await device.outbox()).map((line) => [line.outcome, line.result!.code])).toEqual([['rejected', 'illegal_transition']])
  })

  test('a page that was lost or cut goes on from its last cursor', async () => {
    const { device } = await officer()
    server.tampers = [lost]
    await expect(device.pulling.pull()).rejects.toThrow(NoNetwork)
    expect((await device.store.base.scopes()).size).toBe(0)
    for (const length of [0, 10, 200, 1000, 2000]) {
      server.tampers = [cut(length)]
      await expect(device.pulling.pull()).rejects.toThrow(NoNetwork)
    }
    await device.pulling.pull()
    const before = await baseOf(device)
    await device.store.base.values.put({ cursor: undefined })
    await device.pulling.pull()
    expect(await baseOf(device)).toEqual(before)
  })

  test('a pull cut at any byte holds a prefix and resumes to the same end', async () => {
    const { device } = await officer()
    await device.pulling.pull()
    const whole = await baseOf(device)
    const seen = new Set<string>()
    for (let length = 0; length < 4000; length += 61) {
      await device.store.base.forget()
      device.pulling.pageBytes = PULL_BYTES
      server.tampers = [cut(length)]
      await device.pulling.pullPage().catch((error: unknown) => expect(error).toBeInstanceOf(NoNetwork))
      const part = await baseOf(device)
      expect(part.every((row) => whole.includes(row))).toBe(true)
      seen.add(String(part.length))
      await device.pulling.pull()
      expect(await baseOf(device)).toEqual(whole)
      expect((await device.store.base.filling()).size).toBe(0)
    }
    expect(seen.size).toBeGreaterThan(3)
  })

  test('a poor link gets smaller pages until they come through', async () => {
    const { device } = await officer(12)
    for (let rounds = 0; ; rounds++) {
      expect(rounds).toBeLessThan(60)
      server.tampers = Array(200).fill(cut(1500))
      try {
        await device.pulling.pull()
        break
      } catch (error) {
        expect(error).toBeInstanceOf(NoNetwork)
      }
    }
    expect(device.pulling.pageBytes).toBeLessThan(PULL_BYTES)
    server.tampers = []
    const walked = await baseOf(device)
    await device.store.base.forget()
    await device.pulling.pull()
    expect(await baseOf(device)).toEqual(walked)
  })

  test('pages of one row come to the same end', async () => {
    const { device } = await officer()
    let pages = 0
    do {
      device.pulling.pageBytes = 1
      pages++
    } while ((await device.pulling.pullPage()).more)
    expect(await baseOf(device)).toHaveLength(12)
    expect(pages).toBeGreaterThanOrEqual(10)
    expect((await device.store.base.filling()).size).toBe(0)
  })

  test('a page asked with another cursor is not applied', async () => {
    const { device } = await officer()
    const other = await reopened(device, { otherTab: true })
    const send = server.send.bind(server)
    server.send = async (request) => {
      const answer = await send(request)
      if (request.path.endsWith('/pull')) await other.store.base.values.put({ cursor: 'another tab was quicker' })
      return answer
    }
    await device.pulling.pullPage()
    expect((await device.store.base.scopes()).size).toBe(0)
    expect(await device.store.base.values.get('cursor')).toBe('another tab was quicker')
    server.send = send
    await device.pulling.pull()
    expect((await device.store.base.scopes()).size).toBe(3) // a bad cursor starts anew
  })

  test('a bad cursor never costs the outbox', async () => {
    const { device, ids } = await officer()
    await device.pulling.pull()
    await device.mutate('hazard.start', ids[0]!)
    await device.store.base.values.put({ cursor: 'nonsense' })
    await device.pulling.pull()
    expect(await countWaiting(device)).toBe(1)
  })

  test('a scope that was taken away while the cursor was lost is not kept', async () => {
    const { device } = await officer()
    await device.pulling.pull()
    await device.store.base.values.put({ cursor: 'nonsense' })
    server.visible.get(device.user!.id)!.delete(REGION)
    await device.pulling.pull()
    expect([...(await device.store.base.scopes()).keys()]).not.toContain(REGION)
    expect((await device.store.base.scopes()).size).toBe(2)
  })

  test('a dropped scope takes its rows and nothing else', async () => {
    const { device, ids } = await officer()
    await device.pulling.pull()
    await device.mutate('hazard.unheard_of', ids[1]!)
    server.visible.get(device.user!.id)!.delete(REGION)
    await device.pulling.pull()
    expect([...(await device.store.base.scopes()).keys()]).not.toContain(REGION)
    expect(await device.shown('hazard', ids[0]!)).not.toBeNull() // his own scope still shows it
    expect(await device.shown('hazard', ids[1]!)).toBeNull()
    expect(await countWaiting(device)).toBe(1)
  })

  test('a record that left is shown no more', async () => {
    const { device, ids } = await officer()
    await device.pulling.pull()
    server.show(REGION, 'hazard', ids[1]!, null)
    await device.pulling.pull()
    expect(await device.shown('hazard', ids[1]!)).toBeNull()
  })

  test('a lost phone forgets its base and keeps its outbox', async () => {
    const { device, ids } = await officer()
    await device.pulling.pull()
    await device.mutate('hazard.start', ids[0]!)
    server.wiped.add(await device.install())
    await expect(device.sync()).rejects.toMatchObject({ code: 'wipe' })
    expect((await device.store.base.scopes()).size).toBe(0)
    expect(await countWaiting(device)).toBe(1)
  })

  test.each(['a bad cursor', 'a restore'])('an act stays on the screen while its scope is sent again after %s', async (reason) => {
    const { device, ids } = await officer()
    await device.pulling.pull()
    if (reason === 'a restore') {
      server.epoch = newId()
      const rows = await device.store.base.rows('hazard')
      await device.store.base.takeChunk(REGION, 'ahead', rows.map((row) => ({ kind: 'row', hash: '0', ...row, revision: 100 })))
    } else await device.store.base.startAnew()
    await device.mutate('hazard.edit', ids[1]!, {}, { changes: { note: [null, '已到场'] } })
    await device.pushing.push()
    const cursor = JSON.stringify({ epoch: server.epoch, places: {} })
    await device.pulling.takePage(await device.store.base.values.get('cursor'), [
      { kind: 'hello', epoch: server.epoch, server_time: '2026-11-26T08:00:00Z', last_seq: 1, durable_seq: 0 },
      { kind: 'end', more: true, checkpoint: true, cursor, digests: {}, retry_seconds: 0 },
    ]) // its scope is not in it yet
    for (let round = 0; round < 2; round++) {
      expect((await device.shown('hazard', ids[1]!))!.note).toBe('已到场')
      await device.pulling.pull()
    }
    expect(await device.store.overlay()).toEqual([])
  })

  test('an evicted base is rebuilt, and the outbox is untouched', async () => {
    const { device, ids } = await officer()
    await device.sync()
    const before = await baseOf(device)
    await device.mutate('hazard.edit', ids[0]!, {}, { changes: { note: [null, '已到场'] } })
    const lines = await device.outbox()
    await device.close()
    await device.store.base.destroy()
    const again = await reopened(device)
    expect(await baseOf(again)).toEqual([])
    expect(await again.outbox()).toEqual(lines)
    await again.pulling.pull()
    expect(await baseOf(again)).toEqual(before)
    expect(await again.shown('hazard', ids[0]!)).toMatchObject({ note: '已到场', waiting: ['hazard.edit'] })
  })
})

describe('large scopes', () => {
  test('a large scope begins with a snapshot and holds the same as by rows', async () => {
    const { device } = await officer(12)
    await device.pulling.pull()
    const byRows = await baseOf(device)
    await device.store.base.forget()
    server.snapshotRows = 6
    await device.pulling.pull()
    expect(paths().filter((path) => path.startsWith('/sync/snapshots/')).length).toBeGreaterThan(3)
    expect(await baseOf(device)).toEqual(byRows)
    expect((await device.store.base.filling()).size).toBe(0)
    expect(await device.store.base.adopted()).toEqual([])
  })

  test('chunks that came are not loaded again after a cut', async () => {
    const { device } = await officer(12)
    server.snapshotRows = 6
    let chunks = 0
    server.tampers = Array(30).fill((answer: never, request: { path: string }) =>
      request.path.includes('/snapshots/') && ++chunks === 3 ? lost() : answer)
    await expect(device.pulling.pull()).rejects.toThrow(NoNetwork)
    expect((await device.store.base.filling()).size).toBeGreaterThan(0)
    await device.pulling.pull()
    const loaded = paths().filter((path) => path.startsWith('/sync/snapshots/'))
    expect(loaded.length).toBe(new Set(loaded).size + 1)
    expect((await device.store.base.filling()).size).toBe(0)
  })

  test('a chunk that is not what its name says is not kept', async () => {
    const { device } = await officer(12)
    server.snapshotRows = 6
    server.tampers = [same, cut(20)]
    await expect(device.pulling.pull()).rejects.toThrow('broken')
    await device.pulling.pull()
    expect((await device.store.base.filling()).size).toBe(0)
  })

  test('a browser that cannot unpack chunks is sent rows', async () => {
    vi.stubGlobal('DecompressionStream', undefined)
    const { device } = await officer(12)
    server.snapshotRows = 6
    await device.pulling.pull()
    vi.unstubAllGlobals()
    expect(await baseOf(device)).toHaveLength(21)
    expect(paths().some((path) => path.startsWith('/sync/snapshots/'))).toBe(false)
  })

  test('acts on a record that may still come wait while its scope is beginning', async () => {
    const device = await citizen()
    const [id] = await snap(device)
    await device.pushing.push()
    server.forgetRow(`reporter:${device.user!.id}#own`, 'hazard', id!) // it is in the part that has not come yet
    await device.pulling.takePage(await device.store.base.values.get('cursor'), [
      { kind: 'hello', epoch: server.epoch, server_time: '2026-11-26T08:00:00Z', last_seq: 1, durable_seq: 0 },
      { kind: 'end', more: true, checkpoint: true, cursor: '{"places":{}}', digests: {}, retry_seconds: 0 },
    ])
    expect(await device.shown('hazard', id!)).not.toBeNull()
    await device.pulling.takePage('{"places":{}}', [
      { kind: 'hello', epoch: server.epoch, server_time: '2026-11-26T08:00:00Z', last_seq: 1, durable_seq: 0 },
      { kind: 'end', more: false, checkpoint: true, cursor: '{"places":{}}', digests: {}, retry_seconds: 0 },
    ])
    expect(await device.shown('hazard', id!)).toBeNull()
  })

  test('the rows of a snapshot do not hide an own act that the next page brings', async () => {
    const { device, ids } = await officer(3)
    await device.sync()
    await device.mutate('hazard.edit', ids[0]!, {}, { changes: { note: [null, '已到场'] } })
    await device.sync()
    const [after] = await device.store.base.rows('hazard', ids[0]!)
    expect(await device.store.overlay()).toEqual([])
    const { base } = device.store
    await base.beginSnapshot(after!.scope, 'of an earlier moment')
    const early = { kind: 'row' as const, type: 'hazard', id: ids[0]!, revision: after!.revision - 1, data: { ...after!.data, note: null }, hash: '0' }
    await base.takeChunk(after!.scope, 'chunk', [early])
    expect((await device.shown('hazard', ids[0]!))!.note).toBe('已到场')
    await base.adopt(after!.scope, 'of an earlier moment')
    expect((await device.store.overlay()).map((line) => line.name)).toEqual(['hazard.edit'])
  })

  test('a scope that was taken away before its snapshot was whole leaves the phone', async () => {
    const { device } = await officer(12)
    await device.pulling.pull()
    await device.store.base.startAnew()
    server.snapshotRows = 6
    let chunks = 0
    server.tampers = Array(30).fill((answer: never, request: { path: string }) =>
      request.path.includes('/snapshots/') && ++chunks === 2 ? lost() : answer)
    await expect(device.pulling.pull()).rejects.toThrow(NoNetwork)
    server.tampers = []
    server.visible.get(device.user!.id)!.delete(REGION)
    await device.pulling.pull()
    expect([...(await device.store.base.scopes()).keys()]).not.toContain(REGION)
  })
})

describe('digests', () => {
  async function spoil(device: Device): Promise<void> {
    const [law] = await device.store.base.rows('law')
    const db = await (device.store.base as unknown as { database: { open(): Promise<IDBDatabase & { delete(store: string, key: string[]): Promise<void> }> } }).database.open()
    await db.delete('rows', [law!.scope, law!.type, law!.id])
  }

  test('a scope that lost a row is asked for again at most once a day', async () => {
    const { device } = await officer()
    await device.pulling.pull()
    const whole = await baseOf(device)
    const again = await reopened(device)
    await spoil(again)
    await again.pulling.pull()
    expect(await baseOf(again)).toEqual(whole)
    const later = await reopened(again)
    await spoil(later)
    server.sent.length = 0
    await later.pulling.pull()
    expect(paths()).toEqual(['/sync/pull']) // a server that contradicts itself is not asked for ever
    server.now += 25 * 3600 * 1000
    await later.pulling.pull()
    expect(await baseOf(later)).toEqual(whole)
  })

  test('a scope is asked for again until the request has arrived', async () => {
    const { device } = await officer()
    await device.pulling.pull()
    const whole = await baseOf(device)
    const again = await reopened(device)
    await spoil(again)
    server.tampers = [same, lost]
    await expect(again.pulling.pull()).rejects.toThrow(NoNetwork)
    const later = await reopened(again)
    await later.pulling.pull()
    expect(await baseOf(later)).toEqual(whole)
  })
})

