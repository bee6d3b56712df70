import { expect, test } from 'vitest'
import { syncAll } from '@/features/sync/syncAll'
import { Refused } from '@/offline'
import { citizen, countWaiting, snap } from './world'

test('a device whose round fails does not keep the others from handing in', async () => {
  const [first, second] = [await citizen(), await citizen()]
  await snap(first)
  await snap(second)
  await first.store.outbox.values.put({ accessToken: undefined, refreshToken: undefined }) // his session ended
  await expect(syncAll([first, second])).rejects.toThrow(Refused)
  expect([await countWaiting(first), await countWaiting(second)]).toEqual([1, 0])
})
