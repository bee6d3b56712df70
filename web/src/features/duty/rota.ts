import { momentAt } from '@/features/cases/days'
import type { Schemas } from '@/app/http'

export type Shift = Schemas['Shift']

const DAY = 24 * 3600_000

/** Shifts that are not over: what a roster is set from, and all that it may contain. */
export const toCome = (shifts: readonly Shift[], now: number): Shift[] => shifts.filter((shift) => Date.parse(shift.ends_at) > now)

/** The one under way. */
export const underWay = (shifts: readonly Shift[], now: number): Shift | null => toCome(shifts, now).find((shift) => Date.parse(shift.starts_at) <= now) ?? null

/** What a leader says of shifts that follow one another: people in turn, each day from a time to a time. */
export interface Rota {
  readonly people: readonly string[] // in the order of their turns
  readonly firstDay: string // 2026-11-28
  readonly days: number
  readonly from: string // 17:30
  readonly until: string // 08:30, on the next day where it is not later than `from`
}

/** One shift a day. */
export function shiftsOf(rota: Rota): Shift[] {
  const first = Date.parse(`${rota.firstDay}T00:00Z`)
  const dayAfter = (days: number): string => new Date(first + days * DAY).toISOString().slice(0, 10)
  return Array.from({ length: rota.days }, (_, nth) => ({
    person_id: rota.people[nth % rota.people.length]!,
    starts_at: momentAt(`${dayAfter(nth)}T${rota.from}`),
    ends_at: momentAt(`${dayAfter(nth + (rota.until > rota.from ? 0 : 1))}T${rota.until}`),
  }))
}
