export interface Part {
  readonly text: string
  readonly isHit: boolean
}

/** A text cut where the words that one looks for stand. */
export function partsOf(text: string, words: string): Part[] {
  const wanted = words.trim().toLowerCase()
  if (wanted === '') return [{ text, isHit: false }]
  const parts: Part[] = []
  const lower = text.toLowerCase()
  let from = 0
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    if (at > from) parts.push({ text: text.slice(from, at), isHit: false })
    parts.push({ text: text.slice(at, at + wanted.length), isHit: true })
    from = at + wanted.length
  }
  if (from < text.length) parts.push({ text: text.slice(from), isHit: false })
  return parts
}

const MONGOLIAN = /[\u1800-\u18af]/g
const LETTERS = /[\p{L}]/gu

/** True for a text in the traditional Mongolian script, which is read from top to bottom. */
export function isMongolian(text: string): boolean {
  const letters = text.match(LETTERS)?.length ?? 0
  return letters > 0 && (text.match(MONGOLIAN)?.length ?? 0) * 2 > letters
}
