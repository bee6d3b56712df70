import { expect, test } from 'vitest'
import type { HeldInspection } from '../src/app/held'
import { actionOf, actOf, begun, lacksOf, newInspection, type AnswerDraft } from '../src/features/inspections/inspecting'

const inspection = {
  id: 'i', unit_id: 'u', unit_name: '晨光宾馆', checklist: { code: 'SPOT_CHECK', edition: '1', title: '', items: [
    { code: 'EXITS', text: '出口畅通', clause: '消防法第二十八条' }, { code: 'RULES', text: '制度', clause: '' },
  ] },
} as unknown as HeldInspection
const answer = (code: string, changes: Partial<AnswerDraft>): AnswerDraft => ({ code, result: 'GOOD', note: '', photos: [], isFixed: false, fixedPhotos: [], ...changes })
const draft = (...answers: AnswerDraft[]) => ({ ...newInspection(), answers, finding: '逐项检查完毕', dueOn: '2026-12-20' })
const BLOCKED = answer('EXITS', { result: 'BAD', note: '二层出口上锁' })

test('the checklist is begun in its order, and what was answered stays', () => {
  expect(begun(draft(answer('RULES', {})), inspection).map(({ code, result }) => [code, result])).toEqual([['EXITS', null], ['RULES', 'GOOD']])
})

test.each<[string, AnswerDraft[]]>([
  ['find_none', [answer('EXITS', {}), answer('RULES', { result: 'NOT_APPLICABLE' })]],
  ['fix_on_site', [{ ...BLOCKED, isFixed: true, fixedPhotos: ['p'] }, answer('RULES', {})]],
  ['order', [BLOCKED, answer('RULES', { result: 'BAD', note: '没有制度', isFixed: true, fixedPhotos: ['p'] })]],
])('the answers come to %s', (action, answers) => {
  expect(actionOf(answers)).toBe(action)
  expect(lacksOf(draft(...answers), '2026-12-01')).toEqual([])
  expect(actOf(draft(...answers), inspection, [], null, 'now').name).toBe(`inspection.${action}`)
})

test.each([
  ['answers', draft(answer('EXITS', { result: null }))],
  ['notes', draft({ ...BLOCKED, note: '' })],
  ['fixed_photos', draft({ ...BLOCKED, isFixed: true })],
  ['due', { ...draft(BLOCKED), dueOn: '2026-12-01' }],
  ['finding', { ...draft(answer('EXITS', {})), finding: '' }],
] as const)('what is missing is named: %s', (lack, written) => {
  expect(lacksOf(written, '2026-12-01')).toEqual([lack])
})

test('only what was not put right is ordered, in the officer’s words and by the clause of its item', () => {
  const { args } = actOf(draft(BLOCKED, answer('RULES', { result: 'BAD', note: '没有制度', isFixed: true })), inspection, [], null, 'now')
  expect(args['order']).toEqual({
    kind: 'DEADLINE', due_on: '2026-12-20', unit_name: '晨光宾馆', unit_id: 'u', served: null,
    items: [{ description: '二层出口上锁', clause: '消防法第二十八条', photos: [] }],
  })
})
