import type { Device, StorageState } from '@/offline'
import { LOCKED_AFTER_MS } from '@/offline/pin'
import { freeNumbers } from '../papers/numbers'

/** What this device knows of itself before somebody drives out with it. */
export interface Readiness {
  readonly contactAt: number | null // when the server last answered, by the device's clock
  readonly isWhole: boolean // every scope came down to its end
  readonly storage: StorageState
  readonly skewMs: number | null
  readonly isSignedIn: boolean
  readonly isDraining: boolean // the right was taken away: only what waits may still be handed in
  readonly hasPin: boolean
  readonly acts: number
  readonly photos: number
  readonly numbers: number | null // for papers on the spot; null: this person makes none
}

export type CheckName = 'data' | 'persistent' | 'space' | 'clock' | 'session' | 'pin' | 'sent' | 'numbers'
/** `unknown`: this browser does not say, or nobody has told it yet; that is not good. */
export type Answer = 'good' | 'bad' | 'unknown'
export interface Check {
  readonly name: CheckName
  readonly answer: Answer
}

const SPACE_BYTES = 300_000_000 // a hundred photos of a phone
const SKEW_MS = 5 * 60_000
const FRESH_MS = 12 * 3_600_000

/** Each question of 出发检查 with its answer, in the order in which a person can do something about it. */
export function checksOf(ready: Readiness, now: number): Check[] {
  const { quotaBytes, usedBytes, persistent } = ready.storage
  const left = quotaBytes === null || usedBytes === null ? null : quotaBytes - usedBytes
  return [
    { name: 'session', answer: answerOf(ready.isSignedIn && !ready.isDraining) },
    { name: 'data', answer: answerOf(ready.isWhole && ready.contactAt !== null && now - ready.contactAt < FRESH_MS) },
    { name: 'sent', answer: answerOf(ready.acts + ready.photos === 0) },
    ...(ready.numbers === null ? [] : [{ name: 'numbers' as const, answer: answerOf(ready.numbers > 0) }]),
    { name: 'pin', answer: answerOf(ready.hasPin) },
    { name: 'persistent', answer: answerOf(persistent) },
    { name: 'space', answer: answerOf(left === null ? null : left >= SPACE_BYTES) },
    { name: 'clock', answer: answerOf(ready.skewMs === null ? null : Math.abs(ready.skewMs) < SKEW_MS) },
  ]
}

function answerOf(isGood: boolean | null): Answer {
  return isGood === null ? 'unknown' : isGood ? 'good' : 'bad'
}

/** Until when the base stays open without the server; null if it never came. */
export function worksUntil(ready: Readiness): number | null {
  return ready.contactAt === null ? null : ready.contactAt + LOCKED_AFTER_MS
}

export async function readinessOf(device: Device, isDraining: boolean, makesPapers: boolean): Promise<Readiness> {
  const { outbox, base } = device.store
  const [contactAt, skewMs, filling, cursor] = await Promise.all([
    outbox.values.get('contactAt'), outbox.values.get('clockSkewMs'), base.filling(), base.values.get('cursor'),
  ])
  const waiting = await device.waiting()
  return {
    contactAt: contactAt ?? null,
    isWhole: cursor !== undefined && filling.size === 0,
    storage: await device.storageState(),
    skewMs: skewMs ?? null,
    isSignedIn: await device.isSignedIn(),
    isDraining,
    hasPin: (await device.pin.state()) !== 'none',
    acts: waiting.acts,
    photos: waiting.photos,
    numbers: makesPapers ? (await freeNumbers(device, 'order')).length : null,
  }
}
