import { describe, expect, test } from 'vitest'
import { measureProgressOf, stepOf, type HeldMeasure } from '@/app/held'
import { actOfMeasure, lacksOfMeasure, newMeasureVisit } from '@/features/measures/visit'
import { heldBlocks, freeNumbers } from '@/features/papers/numbers'
import type { Device, Sealed } from '@/offline'

const ME = 'me'
const measure = (state: string, more: object = {}): HeldMeasure =>
  ({ id: 'm', revision: 3, waiting: [], state, kind: 'SEAL', decision: null, served: null, sealed_at: null, pending_act: null, officer_ids: [ME, 'other'], ...more }) as unknown as HeldMeasure
const line = (name: string): Sealed => ({ name, entityId: 'm', outcome: null, result: null }) as unknown as Sealed

describe('what two officers do at a place that is closed', () => {
  test.each([
    ['DECIDED', 'serve'], ['UNSEAL_APPLIED', 'unseal_check'], ['RESUME_APPLIED', 'resume_check'], ['SUSPENDED', 'confirm_stopped'], ['NOT_STOPPED', 'confirm_stopped'],
    ['URGED', 'confirm_stopped'], ['OPEN', 'measure'], ['PROPOSED', 'over'], ['SEALED', 'over'], ['EXPIRED', 'over'],
  ])('at %s is: %s', (state, progress) => {
    expect(measureProgressOf(measure(state), [], ME)).toBe(progress)
  })

  test('is served also when it has expired, for it may have been served in time', () => {
    const decision = { at: '2026-12-01T02:00:00Z' }
    expect(stepOf(measure('EXPIRED', { decision }))).toBe('serve')
    expect(stepOf(measure('EXPIRED', { decision, served: {} }))).toBeNull()
  })

  test('waits for the second signature, is signed, and is to be sent', () => {
    const due = measure('UNSEAL_APPLIED')
    expect(measureProgressOf(due, [line('measure.check')], ME)).toBe('ask_signature')
    expect(measureProgressOf(due, [line('measure.check'), line('measure.cosign')], ME)).toBe('saved')
    expect(measureProgressOf(measure('UNSEAL_APPLIED', { pending_act: { by: 'other' } }), [], ME)).toBe('sign')
    expect(measureProgressOf(measure('UNSEAL_APPLIED', { pending_act: { by: ME } }), [], ME)).toBe('ask_signature')
  })
})

describe('the form of such a visit', () => {
  const decided = measure('DECIDED', { decision: { at: '2026-12-01T02:00:30Z' } })
  const served = { ...newMeasureVisit(), servedAt: '2026-12-01T02:00:00Z', partyName: ' 张建国 ', words: '当面送达', photos: ['p'] }

  test('lacks what the server would ask for', () => {
    expect(lacksOfMeasure('serve', decided, newMeasureVisit())).toEqual(['served_at', 'party', 'record', 'served_photos'])
    expect(lacksOfMeasure('serve', decided, { ...served, servedAt: '2026-12-01T01:59:00Z' })).toEqual(['served_early'])
    expect(lacksOfMeasure('serve', decided, { ...served, signed: 'REFUSED' })).toEqual(['refusal'])
    expect(lacksOfMeasure('serve', decided, served)).toEqual([])
    expect(lacksOfMeasure('unseal_check', decided, newMeasureVisit())).toEqual(['removed', 'found'])
    expect(lacksOfMeasure('confirm_stopped', decided, newMeasureVisit())).toEqual(['found'])
  })

  test('says when it was, who signed, and what was found', () => {
    const at = '2026-12-02T03:00:00Z'
    expect(actOfMeasure('serve', { ...served, witnessName: '巴图' }, null, at)).toEqual({
      name: 'measure.serve',
      args: { served_at: served.servedAt, signed: 'PARTY', party_name: '张建国', witness_name: '', record: '当面送达', photos: ['p'] },
    })
    const found = { ...newMeasureVisit(), isRemoved: 'no', words: '仍有两桶汽油' } as const
    expect(actOfMeasure('unseal_check', found, null, at)).toEqual({
      name: 'measure.check', args: { is_removed: false, finding: '仍有两桶汽油', photos: [], position: null, checked_at: at },
    })
    expect(actOfMeasure('confirm_stopped', found, null, at)).toMatchObject({ name: 'measure.confirm_stopped', args: { checked_at: at } })
    expect(actOfMeasure('confirm_stopped', found, null, at).args).not.toHaveProperty('is_removed')
  })
})

test('a number that a record was served under on this phone is not free, and no order takes one that was lent for records', async () => {
  const numbers = ['第1号', '第2号'].map((number) => ({ number, state: 'HELD' }))
  const blocks = [{ id: 'b', paper: 'seal_record', queue_id: null, numbers }]
  const act = { ...line('measure.seal_at_once'), line: JSON.stringify({ args: { served: { number: '第1号' } } }) }
  const device = { allShown: async () => blocks, outbox: async () => [act], store: { queue: async () => 'q' } } as unknown as Device
  expect((await heldBlocks(device))[0]!.numbers.map(({ state }) => state)).toEqual(['SEALED', 'HELD'])
  expect((await freeNumbers(device, 'seal_record')).map(({ number }) => number)).toEqual(['第2号'])
  expect(await freeNumbers(device, 'order')).toEqual([])
})
