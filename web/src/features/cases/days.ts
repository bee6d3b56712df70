const DAY = 24 * 3600_000
const REGION_AHEAD = 8 * 3600_000 // of UTC

/** The date in so many days, as the region counts them: 2026-11-26. */
export function dayIn(days: number, now = Date.now()): string {
  return new Date(now + REGION_AHEAD + days * DAY).toISOString().slice(0, 10)
}

/** A moment as a field for day and time has it, in the region's time: 2026-11-26T10:30. */
export function atMinute(moment: string): string {
  return new Date(Date.parse(moment) + REGION_AHEAD).toISOString().slice(0, 16)
}

/** The moment that such a field means. */
export function momentAt(typed: string): string {
  return new Date(Date.parse(`${typed}Z`) - REGION_AHEAD).toISOString()
}
