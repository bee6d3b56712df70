import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { citationOf, passagesOf } from '@/features/inspections/clauses'
import type { HeldLaw } from '@/features/learn/library'

/** Every clause of the shipped checklists, wherever it stands. */
function clausesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(clausesIn)
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([name, inner]) => (name === 'clause' && typeof inner === 'string' ? [inner] : clausesIn(inner)))
}

const SHIPPED = [...new Set(clausesIn(JSON.parse(readFileSync(new URL('../../workflow/data/checklists.json', import.meta.url), 'utf8'))))].filter(Boolean)

function law(title: string, ...numbers: number[]): HeldLaw {
  return { id: title, title, status: 'in_force', articles: numbers.map((no) => ({ no: String(no), heading: '', text: `第${no}条的内容` })) } as unknown as HeldLaw
}

const EVERY = Array.from({ length: 74 }, (_, nth) => nth + 1)
const LIBRARY = [{ ...law('中华人民共和国消防法', 28), status: 'repealed' } as HeldLaw, law('中华人民共和国消防法', ...EVERY), law('消防监督检查规定', ...EVERY), law('高层民用建筑消防安全管理规定', ...EVERY), law('机关、团体、企业、事业单位消防安全管理规定', ...EVERY)]

describe('a clause that a checklist cites', () => {
  test.each(SHIPPED)('%s is found in the library', (clause) => {
    const passages = passagesOf(clause, LIBRARY)
    expect(passages).toHaveLength([...clause.matchAll(/第[^第条]+条/g)].length)
    expect(passages.every(({ law, article }) => law.status === 'in_force' && article.text !== '')).toBe(true)
  })

  test.each([
    ['消防法第十条', ['10']],
    ['消防法第二十八条', ['28']],
    ['《消防法》第七十条', ['70']],
    ['消防法第一百零二条', ['102']],
    ['消防法第一百一十三条', ['113']],
    ['消防法第十三条、第十五条', ['13', '15']],
  ])('%s names %j', (clause, articles) => {
    expect(citationOf(clause)).toEqual({ law: '消防法', articles })
  })

  test.each(['GB 50016-2014 5.5.8', '建筑防火通用规范 GB 55037-2022 第7.1.2条', '消防法', ''])('%j has no words of its own to show', (clause) => {
    expect(passagesOf(clause, LIBRARY)).toEqual([])
  })

  test('of a law or an article that is not on the device is shown as it is', () => {
    expect(passagesOf('草原法第一条', LIBRARY)).toEqual([])
    expect(passagesOf('消防法第九十九条', LIBRARY)).toEqual([])
  })
})
