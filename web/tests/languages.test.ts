import { expect, test } from 'vitest'
import english from '@/app/english'
import { FEATURES } from '@/app/features'
import { words } from '@/app/words'

const blanks = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].sort()

test('every word of the client is there in both languages', async () => {
  expect(Object.keys(english).sort()).toEqual(Object.keys(words).sort())
  for (const feature of FEATURES) {
    const other = (await feature.english()).default
    expect(Object.keys(other).sort(), feature.routes[0]?.path).toEqual(Object.keys(feature.messages).sort())
  }
})

test('every word leaves the same blanks in both languages', async () => {
  const pairs = [[words, english] as const, ...(await Promise.all(FEATURES.map(async (feature) => [feature.messages, (await feature.english()).default] as const)))]
  for (const [chinese, other] of pairs) {
    for (const [key, text] of Object.entries(chinese)) expect(blanks((other as Record<string, string>)[key]!), key).toEqual(blanks(text))
  }
})
