import type { Schemas } from '@/app/http'

export type ExternalOrder = Schemas['ExternalOrder']
export type Source = ExternalOrder['source']
export type Choice = 'HELD' | 'OPEN' | 'unsent' | 'all'

export const SOURCES: readonly Source[] = ['12345', '96119', 'WINDOW']
export const CHOICES: readonly Choice[] = ['HELD', 'OPEN', 'unsent', 'all']
export const TONES = { HELD: 'amber', OPEN: 'blue', ANSWERED: 'green', RETURNED: 'plain' } as const

/** What the list is asked for. */
export function asked(choice: Choice): { state?: 'HELD' | 'OPEN'; unsent?: boolean } {
  if (choice === 'all') return {}
  return choice === 'unsent' ? { unsent: true } : { state: choice }
}

/** 收件2、待补正1: what became of the rows of a sheet. */
export function summed(outcomes: readonly string[], word: (outcome: string) => string): string {
  const counts = new Map<string, number>()
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  return [...counts].map(([outcome, count]) => `${word(outcome)}${count}`).join('、')
}
