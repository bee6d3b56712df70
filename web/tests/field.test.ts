import { describe, expect, test } from 'vitest'
import { progressOf, visitProgressOf, type HeldHazard, type HeldPermit } from '../src/app/held'
import { actOfVisit, lacksOfVisit, newVisit, type VisitDraft } from '../src/features/check/visit'
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
    hasPin: true, acts: 0, photos: 0, numbers: 10,
  }
  const bad = (changes: Partial<Readiness>): string[] =>
    checksOf({ ...ready, ...changes }, 10 * DAY + 1).flatMap(({ answer, name }) => (answer === 'good' ? [] : [`${name} ${answer}`]))

  test('is passed by a device that has everything, and says for how long', () => {
    expect(bad({})).toEqual([])
    expect(worksUntil(ready)).toBe(17 * DAY)
  })

  test.each([
    [{ isDraining: true }, 'session'], [{ isWhole: false }, 'data'], [{ contactAt: 9 * DAY }, 'data'], [{ photos: 1 }, 'sent'], [{ hasPin: false }, 'pin'],
    [{ storage: { ...ready.storage, persistent: false } }, 'persistent'], [{ storage: { ...ready.storage, usedBytes: 9e8 } }, 'space'], [{ skewMs: -400_000 }, 'clock'], [{ numbers: 0 }, 'numbers'],
  ])('%j is named', (changes, name) => {
    expect(bad(changes)).toEqual([`${name} bad`])
  })

  test.each([
    [{ storage: { ...ready.storage, persistent: null } }, 'persistent'], [{ storage: { ...ready.storage, quotaBytes: null } }, 'space'], [{ skewMs: null }, 'clock'],
  ])('%j is not taken for good: nobody knows', (changes, name) => {
    expect(bad(changes)).toEqual([`${name} unknown`])
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

describe('where a visit stands, and what is written of it', () => {
  const permit = (changes: object = {}): HeldPermit =>
    ({ id: 'h', revision: 5, waiting: [], state: 'VERIFY_PENDING', route: 'COMMITMENT', paused: null, officer_ids: [ME, 'other'], pending_act: null, ...changes }) as unknown as HeldPermit

  test.each([
    ['visit', permit(), []],
    ['visit', permit({ state: 'ACCEPTED', route: 'ORDINARY' }), []],
    ['ahead', permit({ state: 'ACCEPTED', route: 'ORDINARY', paused: { kind: 'TEST' } }), []],
    ['ahead', permit({ state: 'ACCEPTED' }), []],
    ['ask_signature', permit(), [line('permit.verify_fail')]],
    ['saved', permit(), [line('permit.verify_pass'), line('permit.cosign')]],
    ['saved', permit(), [line('permit.defer')]],
    ['sign', permit({ state: 'RECHECK', pending_act: { by: 'other' } }), []],
    ['over', permit({ state: 'ACTIVE' }), []],
  ] as const)('%s', (progress, held, lines) => {
    expect(visitProgressOf(held, lines, ME)).toBe(progress)
  })

  const found: VisitDraft = { ...newVisit(2), result: 'fail', checklist: [1, 0], attendedBy: ' 张建国 ', finding: '疏散指示标志损坏', dueOn: '2026-12-20' }
  const order = { description: ' 修复疏散指示标志 ', clause: '', photos: [] }

  test.each([
    [{ result: null }, ['result']],
    [{ result: 'defer' as const }, ['reason']],
    [{ result: 'pass' as const }, ['contradiction']],
    [{ checklist: [1, null] as (0 | 1 | null)[], orders: [order] }, ['checklist']],
    [{}, ['orders']],
    [{ orders: [{ ...order, description: ' ' }], dueOn: '2026-11-27' }, ['order_words', 'due']],
    [{ orders: [order], attendedBy: '', finding: ' ' }, ['attended_by', 'finding']],
    [{ orders: [order] }, []],
  ])('of %j these are missing: %j', (changes, lacks) => {
    expect(lacksOfVisit(permit(), { ...found, ...changes }, '2026-11-27')).toEqual(lacks)
  })

  test('orders belong to a verification alone', () => {
    const draft = { ...found, orders: [order] }
    const { name, args } = actOfVisit(permit(), draft, null, '2026-11-27T02:00:00Z')
    expect([name, args['attended_by'], args['orders'], args['due_on']]).toEqual(['permit.verify_fail', '张建国', [{ description: '修复疏散指示标志', clause: null }], '2026-12-20'])
    const recheck = actOfVisit(permit({ state: 'RECHECK' }), draft, null, '2026-11-27T02:00:00Z')
    expect([recheck.name, 'orders' in recheck.args]).toEqual(['permit.recheck_fail', false])
    expect(actOfVisit(permit(), { ...draft, result: 'defer', reason: '场所关闭' }, null, '')).toEqual({ name: 'permit.defer', args: { reason: '场所关闭' } })
  })
})
