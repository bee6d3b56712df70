import { describe, expect, test, vi } from 'vitest'
import { useDoing, useLoaded, usePages } from '@/app/async'
import { Refused } from '@/offline'

vi.mock('@/app/i18n', () => ({ t: (key: string) => key, i18n: { global: { te: () => false } } }))

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

describe('a change of what somebody else has changed meanwhile', () => {
  test('is refused, what he wrote is read, and the next try is over that', async () => {
    let revision = 1
    const reread = async (): Promise<void> => void (revision = 2)
    const doing = useDoing(reread)
    const save = async () => {
      if (revision < 2) throw new Refused(412, { type: '/problems/stale_revision', title: '内容已被他人更新,请刷新后再试' })
      return revision
    }
    expect(await doing.run(save)).toBeUndefined()
    expect(doing.failure.value?.text).toBe('app.stale')
    expect(await doing.run(save)).toBe(2)
  })
})
