import { expect, test } from 'vitest'
import { lacksOf, linesOf, newSealing, recordOf, type SealDraft } from '../src/features/measures/sealing'
import type { FreeNumber } from '../src/features/papers/numbers'
import { newServed, paperOf } from '../src/features/papers/served'

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
  const { open, name, act } = linesOf(whole, inspection, '2026-12-01', null, '李明', [])
  expect(open).toEqual({ inspection_id: 'i', unit_id: 'u', unit_name: '晨光宾馆', place: '二层仓库', danger: '存放汽油', inspected_on: '2026-12-01' })
  expect(name).toBe('measure.seal_at_once')
  expect(act).toMatchObject({ sealed_at: '2026-12-01T01:30:00Z', attended_by: '', witness_name: '巴图', photos: ['p'], served: null })
  expect(linesOf({ ...whole, isAtOnce: false }, inspection, '2026-12-01', null, '李明', [])).toMatchObject({ name: 'measure.propose', act: { photos: ['p'] } })
})

test('a record that is served on the spot names both officers and whoever was there', () => {
  const block = { id: 'b', paper: 'seal_record', body: '{title} {number} {unit} {place} {officers} {attended} {witness} {day}', office_name: '大队' } as FreeNumber['block']
  const free = [{ block, number: '第1号' }]
  const begun: SealDraft = { ...whole, served: { ...newServed(), isServed: true, number: '第1号', servedAt: '2026-12-01T01:40:00Z', signed: 'REFUSED', witnessName: '巴图' } }
  expect(lacksOf(begun)).toEqual(['attended', 'colleague'])
  const draft = { ...begun, attendedBy: '张建国', colleague: ' 乌兰 ' }
  expect(lacksOf(draft)).toEqual([])
  const { text } = paperOf(draft.served, free, recordOf(draft, '李明'))!
  expect(text).toBe('临时查封现场笔录 第1号 晨光宾馆 二层仓库 李明、乌兰 张建国 巴图 2026年12月1日')
  const { act } = linesOf({ ...draft, served: { ...draft.served, body: text } }, inspection, '2026-12-01', null, '李明', free)
  expect(act['served']).toMatchObject({ block_id: 'b', number: '第1号', body: text, officers: '李明、乌兰', signed: 'REFUSED', witness_name: '巴图' })
})
