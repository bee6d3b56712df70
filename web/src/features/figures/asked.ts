import type { LocationQuery } from 'vue-router'
import type { Schemas } from '@/app/http'

export type Group = Schemas['Group']
export type By = Schemas['Table']['by']
export type Figure = keyof Schemas['Figures']
export type Period = 'month' | 'year' | 'twelve'

export const FIGURES: readonly Figure[] = ['received', 'on_time', 'overdue', 'substantiated', 'rectified']
export const BYS: readonly By[] = ['month', 'league', 'region', 'category']
export const PERIODS: readonly Period[] = ['month', 'year', 'twelve']

/** The first and the last month of a period, 2026-11, by the region's calendar. */
export function monthsOf(period: Period, now: number): { since: string; until: string } {
  const until = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', year: 'numeric', month: '2-digit' }).format(new Date(now))
  const [year, month] = until.split('-').map(Number) as [number, number]
  if (period === 'month') return { since: until, until }
  if (period === 'year') return { since: `${year}-01`, until }
  return month === 12 ? { since: `${year}-01`, until } : { since: `${year - 1}-${String(month + 1).padStart(2, '0')}`, until }
}

/** What opens a group of the table: the same question, narrowed to it. */
export function cellOf(by: By, key: string, months: { since: string; until: string }): Record<string, string> {
  if (by === 'month') return { since: key, until: key }
  return { ...months, [by === 'category' ? 'category' : 'region_code']: key }
}

/** One of the choices as the address has it, else the first. */
export function chosen<T extends string>(among: readonly T[], value: LocationQuery[string] | undefined): T {
  return among.find((one) => one === value) ?? among[0]!
}
