import { describe, expect, test, vi } from 'vitest'
import { useLoaded, usePages } from '@/app/async'

vi.mock('@/app/i18n', () => ({ t: (key: string) => key }))

/** Questions whose answers come when the test says so, in whatever order. */
function questions<T>() {
  const asked: ((answer: T) => void)[] = []
  return { asked, ask: () => new Promise<T>((resolve) => asked.push(resolve)) }
}
const settled = () => new Promise((resolve) => setTimeout(resolve))

describe('a list that is asked for anew', () => {
  test('shows the answer to the newest question, also if that of the one before is late', async () => {
    const { asked, ask } = questions<{ items: string[] }>()
    const { items, isLoading, reload } = usePages(ask)
    void reload()
    asked[1]!({ items: ['new'] })
    await settled()
    asked[0]!({ items: ['old'] })
    await settled()
    expect([items.value, isLoading.value]).toEqual([['new'], false])
  })

  test('waits for the newest answer, whatever came before it', async () => {
    const { asked, ask } = questions<string>()
    const { value, isLoading, reload } = useLoaded(ask)
    void reload()
    asked[0]!('old')
    await settled()
    expect([value.value, isLoading.value]).toEqual([null, true])
    asked[1]!('new')
    await settled()
    expect([value.value, isLoading.value]).toEqual(['new', false])
  })
})
