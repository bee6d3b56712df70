import { describe, expect, it } from 'vitest'
import { APART, movedAside } from '@/features/map/apart'

describe('marks on the map', () => {
  it('stay where they are while there is room', () => {
    expect(movedAside([{ x: 0, y: 0 }, { x: APART, y: 0 }])).toEqual([{ x: 0, y: 0 }, { x: 0, y: 0 }])
  })

  it('of one place lie beside each other, the first one on it', () => {
    const asides = movedAside(Array.from({ length: 30 }, () => ({ x: 7, y: 7 })))
    expect(asides[0]).toEqual({ x: 0, y: 0 })
    for (const [nth, one] of asides.entries()) for (const other of asides.slice(0, nth)) expect(Math.hypot(one.x - other.x, one.y - other.y)).toBeGreaterThanOrEqual(APART)
  })
})
