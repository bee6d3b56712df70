import { describe, expect, it } from 'vitest'
import { shiftsOf, toCome, underWay } from '@/features/duty/rota'

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

describe('a roster', () => {
  const shift = (person: string, day: number) => ({ person_id: person, starts_at: `2026-11-${day}T09:30:00Z`, ends_at: `2026-11-${day + 1}T00:30:00Z` })
  const shifts = [shift('a', 26), shift('b', 27), shift('c', 28)]

  it('is set without the shifts that have ended since it was read: the server takes none of them', () => {
    expect(toCome(shifts, Date.parse('2026-11-27T10:00:00Z')).map((one) => one.person_id)).toEqual(['b', 'c'])
  })

  it('says who leads now, and nobody between two shifts', () => {
    const leads = (moment: string) => underWay(shifts, Date.parse(moment))?.person_id
    expect([leads('2026-11-27T10:00:00Z'), leads('2026-11-27T08:00:00Z')]).toEqual(['b', undefined])
  })
})
