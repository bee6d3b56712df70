import table from '../../../../workflow/data/hazard_categories.csv?raw'

/** A kind of hazard in the words of the law, as the server's own table has it. */
export interface Term {
  readonly code: string
  readonly label: string
  readonly picture: string
  readonly law: string
}

export const TERMS: readonly Term[] = table
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [code, label, picture, law] = line.trim().split(',') as [string, string, string, string]
    return { code, label, picture, law }
  })

/** Those behind a picture first: what was reported is mostly what is found. */
export function termsFor(picture: string, category: string | null): Term[] {
  const rank = (term: Term): number => (term.code === category ? 0 : term.picture === picture ? 1 : 2)
  return [...TERMS].sort((one, other) => rank(one) - rank(other))
}

/** What a code of the table means, or the code. */
export function labelOf(category: string | null): string {
  return TERMS.find((term) => term.code === category)?.label ?? category ?? ''
}
