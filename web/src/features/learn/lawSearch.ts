import MiniSearch from 'minisearch'
import { gramsOf, wantedOf } from './grams'
import type { HeldLaw } from './library'

/** An index of the laws on this device. */
export function lawIndex(laws: readonly HeldLaw[]): MiniSearch {
  const index = new MiniSearch<{ id: string; title: string; about: string; text: string }>({
    fields: ['title', 'about', 'text'],
    tokenize: gramsOf,
    processTerm: (term) => term,
    searchOptions: {
      tokenize: wantedOf,
      combineWith: 'AND',
      prefix: (term) => term.length === 1,
      boost: { title: 8, about: 2 },
    },
  })
  index.addAll(
    laws.map(({ id, title, doc_no: number, issuer, note, articles }) => ({
      id,
      title,
      about: [number, issuer, note, ...articles.map((article) => article.heading)].join(' '),
      text: articles.map((article) => article.text).join(' '),
    })),
  )
  return index
}

/** Ids of the laws that hold all of these words, the best first; null if there is nothing to look for. */
export function found(index: MiniSearch, words: string): string[] | null {
  return wantedOf(words).length === 0 ? null : index.search(words).map((hit) => String(hit.id))
}
