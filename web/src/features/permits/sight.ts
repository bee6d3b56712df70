import type { Schemas } from '@/app/http'

/** What the applicant has to do himself in these states; in others he is waited for by nobody. */
const YOURS = ['DRAFT', 'CORRECTION_REQUIRED', 'VERIFY_FAILED', 'REVOCATION_TOLD']
const GOOD = ['ACTIVE', 'NOT_NEEDED']
const BAD = ['REFUSED', 'REVOKED', 'NOT_COMPETENT', 'ABANDONED', 'CANCELLED', 'RETRACTED', 'WITHDRAWN']

export type Tone = 'blue' | 'green' | 'amber' | 'red' | 'plain'

/** The colour of a state's word: what waits for the applicant stands out. */
export function toneOf(state: string): Tone {
  if (YOURS.includes(state)) return 'amber'
  if (GOOD.includes(state)) return 'green'
  if (state === 'REFUSED' || state === 'REVOKED') return 'red'
  return BAD.includes(state) ? 'plain' : 'blue'
}

export const LICENCE_TONES: Record<Schemas['Licence']['status'], Tone> = { VALID: 'green', CHANGED: 'plain', REVOKED: 'red', CANCELLED: 'plain', RETRACTED: 'plain' }

type Item = Pick<Schemas['PermitSummary'], 'id' | 'state'>

/** What waits for the applicant first, then the newest; what was thrown away is nowhere. Ids grow with time. */
export function inOrder<T extends Item>(permits: readonly T[]): T[] {
  const rank = (permit: T): number => (YOURS.includes(permit.state) ? 0 : 1)
  return permits.filter((permit) => permit.state !== 'DISCARDED').sort((one, other) => rank(one) - rank(other) || (one.id < other.id ? 1 : -1))
}
