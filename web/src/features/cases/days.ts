const DAY = 24 * 3600_000
const REGION_AHEAD = 8 * 3600_000 // of UTC

/** The date in so many days, as the region counts them: 2026-11-26. */
export function dayIn(days: number, now = Date.now()): string {
  return new Date(now + REGION_AHEAD + days * DAY).toISOString().slice(0, 10)
}
