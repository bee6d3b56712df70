import type { Sight, State } from './sight'

export interface Line {
  readonly key: string
  readonly at?: string // the moment that it names
}

const CHECKED_BY: readonly State[] = ['SUBMITTED', 'REGISTERED', 'ASSIGNED', 'VERIFYING', 'REVIEWING']
const OBJECTED_TO: readonly State[] = ['VERIFIED_FALSE', 'VERIFIED_FIXED', 'CLOSED']

/** One line: what happens next, and until when. */
export function nextOf(sight: Pick<Sight, 'phase' | 'state' | 'dueAt' | 'isRated' | 'disputeUntil'>, now: number): Line {
  if (sight.phase === 'saved') return { key: 'my-reports.next.saved' }
  const { state, dueAt } = sight
  if (state === null) return { key: 'my-reports.next.sent' }
  if (CHECKED_BY.includes(state)) {
    if (dueAt === null) return { key: `my-reports.next.${state}.undated` }
    const isOver = Date.parse(dueAt) < now
    return { key: isOver ? 'my-reports.next.overdue' : `my-reports.next.${state}`, at: dueAt }
  }
  if (state === 'CLOSED' && !sight.isRated) return { key: 'my-reports.next.CLOSED.rate' }
  if (OBJECTED_TO.includes(state) && sight.disputeUntil !== null && Date.parse(sight.disputeUntil) > now) {
    return { key: `my-reports.next.${state}.dispute`, at: sight.disputeUntil }
  }
  return { key: `my-reports.next.${state}` }
}

const TONES: Partial<Record<State, 'green' | 'amber' | 'plain' | 'red'>> = {
  CLOSED: 'green', RECTIFIED: 'green', VERIFIED_FIXED: 'green', NOT_ACCEPTED: 'plain', MERGED: 'plain', VERIFIED_FALSE: 'plain', EMERGENCY_DIVERTED: 'red',
}

/** The word of the tag: saved and sent are told apart before anything else. */
export function tagOf(sight: Pick<Sight, 'phase' | 'state'>): { key: string; tone: 'blue' | 'green' | 'amber' | 'plain' | 'red' } {
  if (sight.phase === 'saved') return { key: 'my-reports.tag.saved', tone: 'amber' }
  if (sight.phase === 'refused') return { key: 'report.not_taken', tone: 'red' }
  if (sight.state === null) return { key: 'report.sent', tone: 'blue' }
  return { key: `my-reports.state.${sight.state}`, tone: TONES[sight.state] ?? 'blue' }
}
