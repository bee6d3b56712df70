import { describe, expect, test } from 'vitest'
import { progressOf, type HeldHazard } from '../src/app/held'
import { isGoodPin } from '../src/features/lock/pinRules'
import { trayOf } from '../src/features/sync/tray'
import { checksOf, worksUntil, type Readiness } from '../src/features/today/departure'
import type { Sealed } from '../src/offline'

const DAY = 86_400_000
const ME = 'me'
const hazard = (changes: object = {}): HeldHazard =>
  ({ id: 'h', revision: 5, waiting: [], state: 'ASSIGNED', officer_ids: [ME, 'other'], pending_act: null, ...changes }) as unknown as HeldHazard
const line = (name: string, changes: object = {}): Sealed =>
  ({ seq: 1, mid: name, name, entityType: 'hazard', entityId: 'h', line: '{"made_at":{"wall":"2026-11-26T01:00:00Z"}}', outcome: null, result: null, acknowledgedAt: null, ...changes }) as Sealed

describe('where a check stands counts what waits on the device', () => {
  test.each([
    ['start', hazard(), []],
    ['check', hazard(), [line('hazard.start')]],
    ['ask_signature', hazard(), [line('hazard.start'), line('hazard.verify_true')]],
    ['saved', hazard(), [line('hazard.verify_true'), line('hazard.cosign')]],
    ['check', hazard({ state: 'VERIFYING' }), [line('hazard.verify_true', { outcome: 'rejected' })]],
    ['ask_signature', hazard({ state: 'VERIFYING', pending_act: { by: ME } }), []],
    ['sign', hazard({ state: 'VERIFYING', pending_act: { by: 'other' } }), []],
    ['check', hazard(), [line('hazard.start', { outcome: 'applied', result: { revision: 6 } })]],
    ['start', hazard(), [line('hazard.start', { outcome: 'applied', result: { revision: 4 } })]],
    ['over', hazard({ state: 'VERIFIED_TRUE' }), []],
  ] as const)('%s', (progress, held, lines) => {
    expect(progressOf(held, lines, ME)).toBe(progress)
  })
})

describe('the departure check', () => {
  const ready: Readiness = {
    contactAt: 10 * DAY, isWhole: true, storage: { persistent: true, usedBytes: 0, quotaBytes: 1e9 }, skewMs: 1000, isSignedIn: true, isDraining: false,
    hasPin: true, acts: 0, photos: 0,
  }
  const bad = (changes: Partial<Readiness>): string[] =>
    checksOf({ ...ready, ...changes }, 10 * DAY + 1).flatMap((check) => (check.isGood ? [] : [check.name]))

  test('is passed by a device that has everything, and says for how long', () => {
    expect(bad({})).toEqual([])
    expect(worksUntil(ready)).toBe(17 * DAY)
  })

  test.each([
    [{ isDraining: true }, 'session'], [{ isWhole: false }, 'data'], [{ contactAt: 9 * DAY }, 'data'], [{ photos: 1 }, 'sent'], [{ hasPin: false }, 'pin'],
    [{ storage: { ...ready.storage, persistent: false } }, 'persistent'], [{ storage: { ...ready.storage, usedBytes: 9e8 } }, 'space'], [{ skewMs: -400_000 }, 'clock'],
  ])('%j is named', (changes, name) => {
    expect(bad(changes)).toEqual([name])
  })
})

test('what was refused is shown once, with or without its issue, until the person has decided', () => {
  const refused = line('hazard.start', { outcome: 'rejected', result: { code: 'illegal_transition', issues: ['i'] } })
  expect(trayOf([refused], []).map((item) => [item.code, item.issueId])).toEqual([['illegal_transition', 'i']])
  expect(trayOf([refused, line('issue.discard', { mid: 'd', entityType: 'issue', entityId: 'i' })], [])).toEqual([])
})

test.each([['280519', true], ['111111', false], ['123456', false], ['654321', false], ['28051', false], ['28051a', false]])('the PIN %s: %s', (pin, good) => {
  expect(isGoodPin(pin)).toBe(good)
})
