import type { HeldLaw } from '@/features/learn/library'

/** What a checklist cites in words: a law by its short name, and articles of it. */
export interface Citation {
  readonly law: string
  readonly articles: readonly string[] // as the library numbers them: 28
}

/** An article that a device holds, of the law that is cited. */
export interface Passage {
  readonly law: HeldLaw
  readonly article: HeldLaw['articles'][number]
}

const CITED = /^《?([^《》第]+)》?((?:第[零一二三四五六七八九十百]+条、?)+)$/
const DIGITS = '零一二三四五六七八九'
const STATE = '中华人民共和国'

/** 消防法第十三条、第十五条: the law and its articles. Null for a standard, of which the citation is all that we may show. */
export function citationOf(clause: string): Citation | null {
  const found = CITED.exec(clause.trim())
  if (found === null) return null
  return { law: found[1]!, articles: [...found[2]!.matchAll(/第([^第条]+)条/g)].map((one) => String(numberOf(one[1]!))) }
}

/** 二十八 is 28, 一百零二 is 102: what articles have. */
function numberOf(words: string): number {
  let sum = 0
  let last = 0
  for (const word of words) {
    if (word === '百' || word === '十') {
      sum += (last || 1) * (word === '百' ? 100 : 10)
      last = 0
    } else last = DIGITS.indexOf(word)
  }
  return sum + last
}

/** The articles that a clause cites, as far as this device holds them; of a law that has several editions the one in force. */
export function passagesOf(clause: string, laws: readonly HeldLaw[]): Passage[] {
  const cited = citationOf(clause)
  if (cited === null) return []
  const law = laws.find((one) => one.status === 'in_force' && (one.title === cited.law || one.title === STATE + cited.law))
  return law ? cited.articles.flatMap((no) => law.articles.filter((article) => article.no === no).map((article) => ({ law, article }))) : []
}
