import { describe, expect, test } from 'vitest'
import { argumentsOf, dayAfter, lacksOf, newDraft, type FindingDraft } from '../src/features/check/finding'

const ABOUT = { hasPosition: true, isLate: false, today: '2026-11-26' }
const drafted = (changes: Partial<FindingDraft>): FindingDraft => ({ ...newDraft(), result: 'false', finding: '现场未发现', ...changes })
const ordered = (changes: Partial<FindingDraft>): FindingDraft =>
  drafted({ result: 'true', dueOn: '2026-12-11', items: [{ description: '清理通道', clause: '消防法28', photos: [] }], ...changes })

describe('what an officer is asked for where nobody can answer him', () => {
  test('first of all what he found', () => {
    expect(lacksOf(newDraft(), ABOUT)).toEqual(['result'])
  })

  test.each([
    ['no words', drafted({ finding: ' ' }), ABOUT, ['finding']],
    ['neither photo nor position nor a reason', drafted({}), { ...ABOUT, hasPosition: false }, ['evidence']],
    ['too late without a reason', drafted({}), { ...ABOUT, isLate: true }, ['late']],
    ['an order of nothing', ordered({ items: [] }), ABOUT, ['items']],
    ['an item without words', ordered({ items: [{ description: '', clause: '', photos: [] }] }), ABOUT, ['item_words']],
    ['a term that ends today', ordered({ dueOn: '2026-11-26' }), ABOUT, ['due']],
  ] as const)('%s', (_, draft, about, lacks) => {
    expect(lacksOf(draft, about)).toEqual(lacks)
  })

  test.each([
    ['a finding with a position', drafted({})],
    ['an order', ordered({})],
    ['an order at once, without a term', ordered({ kind: 'IMMEDIATE', dueOn: '' })],
    ['a photo of an item alone', ordered({ items: [{ description: '清理通道', clause: '', photos: ['p'] }] })],
  ])('%s lacks nothing', (_, draft) => {
    expect(lacksOf(draft, { ...ABOUT, hasPosition: draft.items[0]?.photos.length !== 1 })).toEqual([])
  })
})

describe('what is sealed', () => {
  test('an order at once has no day', () => {
    expect(argumentsOf(ordered({ kind: 'IMMEDIATE' }), null, 'now')).toMatchObject({ order: { kind: 'IMMEDIATE', due_on: null } })
  })

  test('only a true finding has an order', () => {
    expect(argumentsOf(ordered({ result: 'fixed' }), null, 'now')).not.toHaveProperty('order')
  })

  test('days are those of the region', () => {
    expect(dayAfter(Date.parse('2026-11-26T17:00:00Z'), 0)).toBe('2026-11-27')
  })
})
