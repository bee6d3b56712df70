import { describe, expect, it } from 'vitest'
import { shiftsOf } from '@/features/duty/rota'

const rota = { people: ['a', 'b'], firstDay: '2026-12-30', days: 3, from: '17:30', until: '08:30' }

describe('a rota', () => {
  it('has one shift a day, people in turn, and a night ends on the next day', () => {
    expect(shiftsOf(rota)).toEqual([
      { person_id: 'a', starts_at: '2026-12-30T09:30:00.000Z', ends_at: '2026-12-31T00:30:00.000Z' },
      { person_id: 'b', starts_at: '2026-12-31T09:30:00.000Z', ends_at: '2027-01-01T00:30:00.000Z' },
      { person_id: 'a', starts_at: '2027-01-01T09:30:00.000Z', ends_at: '2027-01-02T00:30:00.000Z' },
    ])
  })

  it('ends on the same day where the end is later than the beginning', () => {
    expect(shiftsOf({ ...rota, days: 1, from: '08:30', until: '17:30' })[0]).toMatchObject({ starts_at: '2026-12-30T00:30:00.000Z', ends_at: '2026-12-30T09:30:00.000Z' })
  })

  it('of whole days leaves no minute without somebody', () => {
    const shifts = shiftsOf({ ...rota, from: '08:30', until: '08:30' })
    expect(shifts.slice(1).map((shift) => shift.starts_at)).toEqual(shifts.slice(0, -1).map((shift) => shift.ends_at))
  })
})
