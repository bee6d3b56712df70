import { expect, test } from 'vitest'
import english from '@/app/english'
import { FEATURES } from '@/app/features'
import { words } from '@/app/words'

test('every word of the client is there in both languages', async () => {
  expect(Object.keys(english).sort()).toEqual(Object.keys(words).sort())
  for (const feature of FEATURES) {
    const other = (await feature.english()).default
    expect(Object.keys(other).sort(), feature.routes[0]?.path).toEqual(Object.keys(feature.messages).sort())
  }
})
