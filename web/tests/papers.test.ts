import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { orderPaper, recordPaper, textOf, type OrderWords } from '../src/features/papers/filling'
import type { FreeNumber } from '../src/features/papers/numbers'
import { lacksOfServed, newServed, paperOf, servedOf, type ServedDraft } from '../src/features/papers/served'

interface Sample {
  template: string
  office: string
  number: string
  served_at?: string
  sealed_at?: string
  order?: { kind: 'IMMEDIATE' | 'DEADLINE'; due_on: string | null; unit_name: string; items: { description: string; clause: string }[] }
  measure?: { unit_name: string; place: string; danger: string }
  record?: { record: string; attended_by: string; witness_name: string }
  officers?: string
  text: string
}
// The server's test reads the same file: a paper is the same on both sides, byte by byte.
const SAMPLES = JSON.parse(readFileSync(new URL('../../tests/papers.json', import.meta.url), 'utf8')) as Sample[]

test.each(SAMPLES)('the phone fills $number in as the server does', ({ template, office, number, served_at, sealed_at, order, measure, record, officers, text }) => {
  const made = order
    ? orderPaper({ kind: order.kind, dueOn: order.due_on, unitName: order.unit_name, items: order.items })
    : recordPaper({
        unitName: measure!.unit_name, place: measure!.place, danger: measure!.danger, record: record!.record, officers: officers!,
        attendedBy: record!.attended_by, witnessName: record!.witness_name, sealedAt: new Date(sealed_at!),
      })
  expect(textOf(made, template, office, number, new Date(served_at ?? '2027-01-01T00:00:00Z'))).toBe(text) // the day of a record is that of the sealing
})

describe('a paper that is served on the spot', () => {
  const words: OrderWords = { kind: 'DEADLINE', dueOn: '2026-12-20', unitName: '晨光宾馆', items: [{ description: '安全出口上锁', clause: '' }] }
  const order = orderPaper(words)
  const block = { id: 'b', body: SAMPLES[0]!.template, office_name: '大队' } as FreeNumber['block']
  const free: FreeNumber[] = [{ block, number: '第1号' }]
  const draft = (changes: Partial<ServedDraft>): ServedDraft => {
    const begun = { ...newServed(), isServed: true, number: '第1号', servedAt: '2026-12-03T02:00:00Z' }
    return { ...begun, body: paperOf(begun, free, order)?.text ?? '', signed: 'REFUSED', witnessName: '巴图', ...changes }
  }

  test('is whole with its witness, or with a name and a picture of the signature', () => {
    expect(lacksOfServed(draft({}), free, order)).toEqual([])
    expect(lacksOfServed(draft({ signed: 'PARTY', partyName: '李', photos: ['p'] }), free, order)).toEqual([])
  })

  test.each([
    ['no number is left', { number: '第2号' }, 'number'],
    ['it was never shown', { body: '' }, 'shown'],
    ['nobody saw the refusal', { witnessName: ' ' }, 'witness'],
  ])('lacks something: %s', (_, changes, lack) => {
    expect(lacksOfServed(draft(changes), free, order)).toEqual([lack])
  })

  test('is shown again after any change of what it says', () => {
    expect(lacksOfServed(draft({}), free, orderPaper({ ...words, dueOn: '2026-12-21' }))).toEqual(['shown'])
    expect(lacksOfServed(draft({}), free, orderPaper({ ...words, items: [{ description: '安全出口堵塞', clause: '' }] }))).toEqual(['shown'])
  })

  test('says nothing of a paper where none was served', () => {
    expect(servedOf(newServed(), free, order)).toBeNull()
    expect(servedOf(draft({}), free, order)).toMatchObject({ block_id: 'b', number: '第1号', witness_name: '巴图', photos: [] })
  })
})
