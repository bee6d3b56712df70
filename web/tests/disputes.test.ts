import 'fake-indexeddb/auto'
import { IDBObjectStore } from 'fake-indexeddb'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Asking } from '@/app/asking'
import { Handing } from '@/features/my-reports/handing'
import type { Ending } from '@/features/my-reports/useSteps'
import { NoNetwork, Refused, StorageFull } from '@/offline'
import { citizen, photo } from './offline/world'

afterEach(() => vi.restoreAllMocks())

const shots = ['one', 'two'].map((text) => ({ photo: photo(text), preview: '', capturedAt: '2026-11-26T08:00:00.000Z' }))

/** A citizen's objection, and how the server answers to it, one time after the other. */
async function objection(...endings: Ending[]) {
  const device = await citizen()
  const handed: string[][] = []
  const dispute = async (_reason: string, photos: string[]): Promise<Ending> => {
    handed.push(photos)
    return endings.shift()!
  }
  const handing = new Handing(() => device, 'dispute', dispute)
  const waiting = async () => (await device.photos()).map(({ id }) => id)
  return { hand: () => handing.hand('与现场不符', shots), handed, waiting }
}

describe('an objection', () => {
  test('whose answer was lost keeps its photos, and names the same ones when it is sent again', async () => {
    const { hand, handed, waiting } = await objection('lost', 'done')
    expect(await hand()).toBe('lost')
    expect(await waiting()).toEqual(handed[0])
    expect(await hand()).toBe('done')
    expect(handed[1]).toEqual(handed[0])
    expect(await waiting()).toEqual(handed[0]) // until they are with the server
  })

  test('that was refused leaves no photos behind', async () => {
    const { hand, handed, waiting } = await objection('refused', 'done')
    await hand()
    expect(await waiting()).toEqual([])
    await hand()
    expect(await waiting()).toEqual(handed[1])
  })

  test('for whose photos there is no space is not sent, and says so', async () => {
    const { hand, handed, waiting } = await objection('done')
    const add = IDBObjectStore.prototype.add
    let room = 3 // a photo and its bytes, and half of the next one
    vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(function (this: IDBObjectStore, ...values) {
      if (room-- > 0) return add.apply(this, values)
      throw new DOMException('no space', 'QuotaExceededError')
    })
    await expect(hand()).rejects.toThrow(StorageFull)
    expect([handed, await waiting()]).toEqual([[], []])
  })
})

describe('a request that is sent again', () => {
  const lost = () => Promise.reject(new NoNetwork())

  test('has the same key while its answer was lost, and another one after an answer', async () => {
    const asking = new Asking()
    const keys: string[] = []
    const send = (answer: () => Promise<void>) => asking.ask(['dispute', 'why'], (key) => (keys.push(key), answer())).catch(() => undefined)
    await send(lost)
    await send(() => Promise.reject(new Refused(502, {}))) // of a proxy: nobody knows
    await send(() => Promise.reject(new Refused(409, {})))
    await send(() => Promise.resolve())
    await send(() => Promise.resolve())
    expect(new Set(keys.slice(0, 3)).size).toBe(1)
    expect(new Set(keys.slice(2)).size).toBe(3)
  })

  test('with other words is another one', async () => {
    const asking = new Asking()
    const keys: string[] = []
    for (const words of ['one', 'other']) await asking.ask(['rate', words], (key) => (keys.push(key), lost())).catch(() => undefined)
    expect(keys[0]).not.toBe(keys[1])
  })
})
