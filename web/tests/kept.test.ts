import 'fake-indexeddb/auto'
import { IDBObjectStore } from 'fake-indexeddb'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { keep, keptOf, type Kept } from '@/features/report/kept'
import { StorageFull } from '@/offline'

afterEach(() => vi.restoreAllMocks())

const report: Kept = {
  id: 'a', partition: 'guest:b', code: '0123456789ABCDEFGHJKMNPQRS', mode: 'ANONYMOUS', savedAt: '2026-11-26T08:00:00.000Z', picture: 'EXIT', place: '', preview: '', seen: null,
}

describe('what a device remembers of a report', () => {
  test('is not kept on a full disk, and the person is told why', async () => {
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementationOnce(() => {
      throw new DOMException('no space', 'QuotaExceededError')
    })
    await expect(keep(report)).rejects.toThrow(StorageFull)
    expect(await keptOf('a')).toBeNull()
    await keep(report)
    expect(await keptOf('a')).toEqual(report)
  })
})
