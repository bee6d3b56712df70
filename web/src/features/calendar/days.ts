import type { Schemas } from '@/app/http'

export type NoticeDay = Schemas['NoticeDay']

/** Days that follow one another and are alike: 国庆节, 10-01 to 10-08, free. */
export interface Stretch {
  readonly name: string
  readonly first: string
  readonly last: string
  readonly isWork: boolean
}

const DAY = 24 * 3600_000
const SATURDAY = 6
const at = (day: string): number => Date.parse(`${day}T00:00Z`)
const dayAfter = (day: string, days = 1): string => new Date(at(day) + days * DAY).toISOString().slice(0, 10)
const isWeekend = (day: string): boolean => new Date(at(day)).getUTCDay() % SATURDAY === 0

/** The days of a notice, as it says them: from a day to a day. */
export function stretchesOf(days: readonly NoticeDay[]): Stretch[] {
  const found: Stretch[] = []
  for (const { day, is_work: isWork, name } of [...days].sort((one, other) => (one.day < other.day ? -1 : 1))) {
    const last = found[found.length - 1]
    if (last && last.name === name && last.isWork === isWork && dayAfter(last.last) === day) found[found.length - 1] = { ...last, last: day }
    else found.push({ name, first: day, last: day, isWork })
  }
  return found
}

/** The other way: each day of them, the later stretch where two meet. */
export function daysOf(stretches: readonly Stretch[]): NoticeDay[] {
  const found = new Map<string, NoticeDay>()
  for (const { name, first, last, isWork } of stretches) {
    for (let day = first; day <= last; day = dayAfter(day)) found.set(day, { day, is_work: isWork, name })
  }
  return [...found.values()].sort((one, other) => (one.day < other.day ? -1 : 1))
}

/** How many days of a year are worked. */
export function workDaysOf(year: number, days: readonly NoticeDay[]): number {
  const differing = new Map(days.map((one) => [one.day, one.is_work]))
  return monthsOf(year).flat().filter((day) => differing.get(day) ?? !isWeekend(day)).length
}

/** The days of each month. */
export function monthsOf(year: number): string[][] {
  const months: string[][] = Array.from({ length: 12 }, () => [])
  for (let day = `${year}-01-01`; day <= `${year}-12-31`; day = dayAfter(day)) months[Number(day.slice(5, 7)) - 1]!.push(day)
  return months
}

/** A month as seven columns, Monday first; null where it has not begun or is over. */
export function weeksOf(month: readonly string[]): (string | null)[][] {
  const before = (new Date(at(month[0]!)).getUTCDay() + SATURDAY) % 7
  const cells: (string | null)[] = [...Array<null>(before).fill(null), ...month]
  while (cells.length % 7) cells.push(null)
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7))
}

/** Free or worked, and whether the notice says so. */
export function kindOf(day: string, differing: ReadonlyMap<string, NoticeDay>): 'work' | 'free' | 'holiday' | 'shifted' {
  const said = differing.get(day)
  if (said) return said.is_work ? 'shifted' : 'holiday'
  return isWeekend(day) ? 'free' : 'work'
}
