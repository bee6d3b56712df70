import { expect, test } from 'vitest'
import { lacksOf, linesOf, newSealing, type SealDraft } from '../src/features/measures/sealing'

const whole: SealDraft = {
  ...newSealing(), unitName: ' 晨光宾馆 ', unitId: 'u', place: '二层仓库', danger: '存放汽油', isAtOnce: true, approvedAt: '2026-12-01T01:00:00Z',
  sealedAt: '2026-12-01T01:30:00Z', record: '加贴封条两张', witnessName: '巴图', photos: ['p'],
}
const inspection = { type: 'inspection', id: 'i' } as const

test('a proposal wants the place and the danger, a sealing at once also what was done there', () => {
  expect(lacksOf(newSealing())).toEqual(['unit', 'place', 'danger'])
  expect(lacksOf({ ...newSealing(), isAtOnce: true })).toEqual(['unit', 'place', 'danger', 'approved_at', 'sealed_at', 'record', 'witness', 'photos'])
  expect(lacksOf(whole)).toEqual([])
  expect(lacksOf({ ...whole, isAtOnce: false, photos: [] })).toEqual([])
})

test('the approval comes before the sealing, and somebody was there', () => {
  expect(lacksOf({ ...whole, approvedAt: '2026-12-01T02:00:00Z' })).toEqual(['order'])
  expect(lacksOf({ ...whole, witnessName: '', attendedBy: '张建国' })).toEqual([])
})

test('two lines are made: that it is meant, and what the officers sign', () => {
  const { open, name, act } = linesOf(whole, inspection, '2026-12-01', null)
  expect(open).toEqual({ inspection_id: 'i', unit_id: 'u', unit_name: '晨光宾馆', place: '二层仓库', danger: '存放汽油', inspected_on: '2026-12-01' })
  expect(name).toBe('measure.seal_at_once')
  expect(act).toMatchObject({ sealed_at: '2026-12-01T01:30:00Z', attended_by: '', witness_name: '巴图', photos: ['p'] })
  expect(linesOf({ ...whole, isAtOnce: false }, inspection, '2026-12-01', null)).toMatchObject({ name: 'measure.propose', act: { photos: ['p'] } })
})
