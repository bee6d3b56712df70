import { describe, expect, test, vi } from 'vitest'
import { StorageFull, newId, newTrackingCode } from '@/offline'
import { digestOf } from '@/offline/ids'
import { citizen, clock, countWaiting, photo, reopened, server, snap } from './world'

/** No space is left for what is put into this store: noticed at once, or when the transaction ends. */
function full(store: string, { atTheEnd = false } = {}): () => void {
  const add = IDBObjectStore.prototype.add
  const spy = vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(function (this: IDBObjectStore, ...args) {
    if (this.name !== store) return add.apply(this, args)
    if (!atTheEnd) throw new DOMException('no space', 'QuotaExceededError')
    const request = add.apply(this, args)
    const transaction = this.transaction as unknown as { _abort(name: string): void }
    request.addEventListener('success', () => transaction._abort('QuotaExceededError'))
    return request
  })
  return () => spy.mockRestore()
}

describe('storage', () => {
  test('without space nothing is said to be saved, and what was saved before is untouched', async () => {
    const device = await citizen()
    await snap(device, 2)
    const before = await device.outbox()
    const end = full('lines')
    await expect(snap(device)).rejects.toMatchObject({ name: 'StorageFull', saved: 2 })
    end()
    expect(await device.outbox()).toEqual(before)
    await snap(device)
    expect((await device.outbox()).map((line) => line.seq)).toEqual([1, 2, 3]) // no seq was lost either
  })

  test('a photo without space is not saved, and not by half', async () => {
    const device = await citizen()
    await device.addPhoto(photo())
    const end = full('bytes')
    await expect(device.addPhoto(photo())).rejects.toThrow(StorageFull)
    end()
    expect(await device.photos()).toHaveLength(1)
    expect((await device.addPhoto(photo())).length).toBe(36)
  })

  test('a quota that is met at the end of a transaction is told the same way', async () => {
    const device = await citizen()
    await snap(device)
    const end = full('lines', { atTheEnd: true })
    await expect(snap(device)).rejects.toMatchObject({ name: 'StorageFull', saved: 1 })
    end()
    expect(await countWaiting(device)).toBe(1)
  })

  test('a base that the browser does not open at once is not made anew: the rows of a day without a network stay', async () => {
    const device = await citizen()
    await snap(device)
    await device.pushing.push()
    await device.pulling.pull()
    const held = await device.store.base.rows('hazard')
    expect(held).toHaveLength(1)
    const open = indexedDB.open.bind(indexedDB)
    const refused: string[] = []
    const spy = vi.spyOn(indexedDB, 'open').mockImplementation((name, version) => {
      if (!name.includes('base') || refused.length === 2) return open(name, version)
      refused.push(name)
      throw new DOMException('the page before is ending', 'AbortError')
    })
    const after = await reopened(device)
    expect(await after.store.base.rows('hazard')).toEqual(held)
    expect(refused).toHaveLength(2)
    spy.mockRestore()
  })

  test('unsent work leaves as a file that the rescue takes', async () => {
    const device = await citizen()
    await snap(device, 2)
    const photoId = await device.addPhoto(photo('evidence'))
    const file = await device.exportUnsent()
    const lines = (await file.text()).trimEnd().split('\n')
    const sealed = (await device.outbox()).map((line) => line.line)
    expect(file.name).toBe('unsent-2026-11-26.ndjson')
    expect(lines.slice(1, 3)).toEqual(sealed)
    const shown = JSON.parse(lines[3]!)
    expect(shown).toMatchObject({ kind: 'photo', id: photoId, role: 'report', content_type: 'image/jpeg' })
    const bytes = new Uint8Array(Buffer.from(shown.content, 'base64'))
    expect(await digestOf(bytes)).toBe(shown.sha256)
    await device.rescue()
    expect(server.rescued.map((body) => body.toString())).toEqual([await file.text()])
    expect(await device.unsent()).toBe(3) // it stays here too
  })

  test('what waits says since when', async () => {
    const device = await citizen()
    expect(await device.waiting()).toMatchObject({ acts: 0, photos: 0, since: null, why: null })
    await device.addPhoto(photo())
    clock.now += 60_000
    await snap(device, 2)
    expect(await device.waiting()).toMatchObject({ acts: 2, photos: 1, since: '2026-11-26T08:00:00.000Z' })
  })

  test('other tabs hear of what is saved and of what arrives', async () => {
    const device = await citizen()
    const other = await reopened(device, { otherTab: true })
    const heard: string[] = []
    const met = new Promise<void>((resolve) => other.subscribe((change) => (heard.push(change.kind), change.kind === 'base' && resolve())))
    await snap(device)
    await device.sync()
    await met
    expect(heard).toEqual(expect.arrayContaining(['saved', 'receipts', 'base']))
  })

  test('the browser is asked to keep what we store', async () => {
    const device = await citizen()
    vi.stubGlobal('navigator', {
      storage: { persist: async () => true, persisted: async () => true, estimate: async () => ({ usage: 5, quota: 100 }) },
    })
    expect(await device.persist()).toEqual({ persistent: true, usedBytes: 5, quotaBytes: 100 })
    vi.stubGlobal('navigator', undefined)
    expect(await device.persist()).toEqual({ persistent: null, usedBytes: null, quotaBytes: null })
    vi.unstubAllGlobals()
  })

  test('ids and tracking codes are what the server takes', () => {
    expect(newId(Date.parse('2026-11-26T08:00:00Z'))).toMatch(/^01a216de-5800-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(newTrackingCode()).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
    expect(new Set(Array.from({ length: 200 }, () => newTrackingCode())).size).toBe(200)
  })
})
