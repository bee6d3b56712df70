import { describe, expect, it } from 'vitest'
import { heldTasks } from '@/app/held'
import type { Device } from '@/offline'

const holding = (...tasks: object[]): Device => ({ allShown: async () => tasks }) as unknown as Device
const order = async (...tasks: object[]): Promise<string[]> => (await heldTasks(holding(...tasks))).map((task) => task.id)

describe('the tasks of a device', () => {
  it('come in the order of the queue, which is not that of their dates alone', async () => {
    const plain = { id: 'a', due_at: '2026-12-01T10:00:00Z', rank_at: '2026-12-01T10:00:00Z' }
    const pressing = { id: 'b', due_at: '2026-12-01T15:00:00Z', rank_at: '2026-12-01T03:00:00Z' }
    expect(await order(plain, pressing)).toEqual(['b', 'a'])
  })

  it('of one moment come as they came in', async () => {
    const same = { due_at: '2026-12-01T10:00:00Z', rank_at: '2026-12-01T10:00:00Z' }
    expect(await order({ id: 'b', ...same }, { id: 'a', ...same })).toEqual(['a', 'b'])
  })

  it('from before there was an order go by their date', async () => {
    const old = { id: 'a', due_at: '2026-12-01T09:00:00Z' }
    const other = { id: 'b', due_at: '2026-12-01T15:00:00Z', rank_at: '2026-12-01T10:00:00Z' }
    expect(await order(other, old)).toEqual(['a', 'b'])
  })
})
