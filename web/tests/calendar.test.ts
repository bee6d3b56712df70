import { describe, expect, it } from 'vitest'
import { daysOf, monthsOf, stretchesOf, weeksOf, workDaysOf } from '@/features/calendar/days'

const NATIONAL = { name: '国庆节', first: '2026-10-01', last: '2026-10-07', isWork: false }
const SHIFTED = { name: '国庆节', first: '2026-10-10', last: '2026-10-10', isWork: true }

describe('a holiday notice', () => {
  it('is the same as stretches and as days', () => {
    const days = daysOf([SHIFTED, NATIONAL])
    expect(days).toHaveLength(8)
    expect(stretchesOf(days)).toEqual([NATIONAL, SHIFTED])
  })

  it('of the same name, free and then worked, is two stretches', () => {
    expect(stretchesOf(daysOf([NATIONAL, { ...SHIFTED, first: '2026-10-08', last: '2026-10-08' }]))).toHaveLength(2)
  })

  it('takes five working days of the week of the National Day and gives one back', () => {
    expect(workDaysOf(2026, [])).toBe(261)
    expect(workDaysOf(2026, daysOf([NATIONAL, SHIFTED]))).toBe(261 - 5 + 1)
  })

  it('of a December counts for the year in which its days are', () => {
    const before = daysOf([{ name: '元旦', first: '2025-12-31', last: '2026-01-01', isWork: false }])
    expect(workDaysOf(2026, before)).toBe(260)
  })
})

describe('a year', () => {
  it('has its months, and each its weeks from Monday on', () => {
    const months = monthsOf(2024)
    expect(months.map((month) => month.length)).toEqual([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    expect(weeksOf(months[8]!)[0]).toEqual([null, null, null, null, null, null, '2024-09-01'])
  })
})
