import { expect, test } from 'vitest'
import { KINDS } from '@/features/queue/types'
import { chinese } from '@/features/sync/codeWords'
import english from '@/features/sync/english'
import { lifeCycles } from '@/generated/life-cycles'

const worded = (words: object): string[] => Object.keys(words).flatMap((key) => (key.startsWith('record.') ? [key.slice('record.'.length)] : []))

test('the queue is narrowed to each kind of case that has a life of its own', () => {
  expect(Object.keys(lifeCycles)).toEqual(expect.arrayContaining(KINDS))
  expect(KINDS).toContain('permit')
})

test.each([chinese, english])('each kind of case has its word where its acts are listed', (words) => {
  expect(worded(words)).toEqual(expect.arrayContaining(KINDS))
})
