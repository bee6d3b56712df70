import type { Schemas } from '@/app/http'

export type UnitList = Schemas['UnitImport']
export type Outcome = keyof UnitList['counts']
export type Tone = 'blue' | 'green' | 'amber' | 'red' | 'plain'

export const OUTCOMES: readonly Outcome[] = ['CREATED', 'UPDATED', 'UNCHANGED', 'DIFFERS', 'REFUSED']
export const TONES: Record<Outcome, Tone> = { CREATED: 'green', UPDATED: 'blue', UNCHANGED: 'plain', DIFFERS: 'amber', REFUSED: 'red' }

/** Which outcomes a list has, each with how many rows came to it. */
export function countsOf(list: UnitList): [Outcome, number][] {
  return OUTCOMES.map((one): [Outcome, number] => [one, list.counts[one]]).filter(([, count]) => count > 0)
}
