import { describe, expect, it } from 'vitest'
import { found, lawIndex } from '@/features/learn/lawSearch'
import type { HeldLaw } from '@/features/learn/library'
import { isMongolian, partsOf } from '@/features/learn/marks'

const BASE: HeldLaw = {
  id: '', revision: 1, code: '', title: '', doc_no: '', issuer: '', level: 'law', published_on: null, effective_from: null, effective_to: null,
  status: 'in_force', region: null, replaces: [], articles: [], source_url: null, checked_on: null, verification: 'full_text', note: '',
}
const LAWS: HeldLaw[] = [
  { ...BASE, id: 'xff', title: '中华人民共和国消防法', articles: [{ no: '28', heading: '', text: '任何单位、个人不得占用、堵塞、封闭疏散通道、安全出口、消防车通道。' }] },
  { ...BASE, id: 'gb', title: '重大火灾隐患判定规则', doc_no: 'GB 35181-2025', articles: [{ no: '5', heading: '安全出口', text: '' }] },
  { ...BASE, id: 'cyf', title: '草原防火条例', status: 'repealed' },
]

describe('the search of laws', () => {
  const look = (words: string) => found(lawIndex(LAWS), words)

  it('finds words of two characters, wherever they stand', () => {
    expect(look('堵塞')).toEqual(['xff'])
    expect(new Set(look('安全出口'))).toEqual(new Set(['xff', 'gb']))
  })

  it('wants all of the words, and puts titles first', () => {
    expect(look('安全出口 占用')).toEqual(['xff'])
    expect(look('消防')?.[0]).toBe('xff')
    expect(look('草原 占用')).toEqual([])
  })

  it('finds numbers, and what holds a single character', () => {
    expect(look('gb 35181')).toEqual(['gb'])
    expect(look('草')).toEqual(['cyf'])
    expect(look('口')).toContain('gb')
    expect(look(' 、')).toBeNull()
  })
})

describe('a text that is read', () => {
  it('is cut where the words stand', () => {
    expect(partsOf('安全出口、安全', '安全').map((part) => [part.text, part.isHit])).toEqual([['安全', true], ['出口、', false], ['安全', true]])
    expect(partsOf('安全', ' ')).toEqual([{ text: '安全', isHit: false }])
  })

  it('stands upright where it is traditional Mongolian', () => {
    expect(isMongolian('ᠭᠠᠯ ᠤᠨ ᠠᠶᠤᠯ')).toBe(true)
    expect(isMongolian('消防 ᠭᠠ')).toBe(false)
    expect(isMongolian('')).toBe(false)
  })
})
