const RUN = /[\p{L}\p{N}]+/gu

function runsOf(text: string): string[] {
  return text.normalize('NFKC').toLowerCase().match(RUN) ?? []
}

/**
 * What a search can find in a text: each two neighbouring characters, and the last one of a run by itself. Chinese needs no
 * dictionary so, and the server searches in the same way.
 */
export function gramsOf(text: string): string[] {
  return runsOf(text).flatMap((run) => [...pairsOf(run), run.slice(-1)])
}

/** What the index has to hold for these words; a single character finds what begins with it. */
export function wantedOf(text: string): string[] {
  return runsOf(text).flatMap((run) => (run.length === 1 ? [run] : pairsOf(run)))
}

function pairsOf(run: string): string[] {
  return Array.from({ length: run.length - 1 }, (_, place) => run.slice(place, place + 2))
}
