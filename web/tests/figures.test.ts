import { expect, test } from 'vitest'
import { cellOf, chosen, monthsOf, PERIODS } from '../src/features/figures/asked'

test.each([
  ['month', '2026-11-30T17:00:00Z', '2026-12', '2026-12'], // already the first in the region
  ['year', '2026-11-27T02:00:00Z', '2026-01', '2026-11'],
  ['twelve', '2026-11-27T02:00:00Z', '2025-12', '2026-11'],
  ['twelve', '2026-12-27T02:00:00Z', '2026-01', '2026-12'],
] as const)('%s at %s is from %s to %s', (period, now, since, until) => {
  expect(monthsOf(period, Date.parse(now))).toEqual({ since, until })
})

test('a group opens to its own reports alone', () => {
  const months = { since: '2026-01', until: '2026-11' }
  expect(cellOf('month', '2026-03', months)).toEqual({ since: '2026-03', until: '2026-03' })
  expect(cellOf('league', '150100', months)).toEqual({ ...months, region_code: '150100' })
  expect(cellOf('category', 'EXIT', months)).toEqual({ ...months, category: 'EXIT' })
})

test('what an address has wrong is the first choice', () => {
  expect([chosen(PERIODS, 'year'), chosen(PERIODS, 'century'), chosen(PERIODS, undefined)]).toEqual(['year', 'month', 'month'])
})
