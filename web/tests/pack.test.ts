import { describe, expect, it } from 'vitest'
import type { HeldSource } from '@/app/held'
import { changesOf, isMeant, isSeason, nearestFirst, numberOf, sourceOf, sourcesOf, sourceWith } from '@/features/pack/pack'
import { draftOf, fieldsOf, newDraft as newSheet, wrongIn } from '@/features/pack/sheetForm'
import { actOf, lacksOf, newDraft } from '@/features/pack/sourceForm'
import type { Device, Sealed } from '@/offline'

const HYDRANT = {
  id: 's1', revision: 3, waiting: [], region_code: '150102', kind: 'MUNICIPAL_HYDRANT', name: '12号栓', place: '路口', position: null, lon: 111.7, lat: 40.8, flow_lps: 15,
  volume_m3: null, outlets: '', freezes_from: '11-01', freezes_to: '04-15', note: '', photo_ids: [], state: 'USABLE',
  reports: [{ state: 'USABLE', seen_at: '2026-11-26T02:00:00+00:00', by: 'p', name: '张三', note: '' }],
} as unknown as HeldSource

function reported(state: string, wall: string, outcome: Sealed['outcome'] = null): Sealed {
  const line = JSON.stringify({ args: { state }, made_at: { wall } })
  return { seq: 1, mid: 'm', name: 'water_source.report', entityType: 'water_source', entityId: 's1', line, outcome, result: null, acknowledgedAt: null }
}

describe('a water source on the phone', () => {
  it('stands as its owner has just reported it, before the server knows', () => {
    const source = sourceWith(HYDRANT, [reported('FROZEN', '2026-11-28T01:00:00Z')])
    expect([source.state, source.isSaved, source.reports.length]).toEqual(['FROZEN', true, 2])
    expect(HYDRANT.state).toBe('USABLE')
  })

  it('does not stand as he saw it before a colleague saw it later', () => {
    expect(sourceWith(HYDRANT, [reported('FROZEN', '2026-11-25T01:00:00Z')]).state).toBe('USABLE')
  })

  it('that he has just added is shown by what he said of it', () => {
    const fresh = { ...HYDRANT, lon: undefined, lat: undefined, reports: undefined, position: { lon: 111.5, lat: 40.7 } } as unknown as HeldSource
    expect(sourceWith(fresh, [])).toMatchObject({ at: { lon: 111.5, lat: 40.7 }, reports: [] })
  })

  it('may be frozen in its season, which goes over the new year', () => {
    const days = ['2026-10-31', '2026-11-01', '2027-01-15', '2027-04-15', '2027-04-16']
    expect(days.map((day) => isSeason(HYDRANT, day))).toEqual([false, true, true, true, false])
    expect(isSeason({ freezes_from: null, freezes_to: null }, '2027-01-15')).toBe(false)
  })
})

describe('a water source that is to be retired', () => {
  it('is gone at once, from the list and from its own page', async () => {
    const held = { ...HYDRANT, waiting: ['water_source.retire'] }
    const device = { outbox: async () => [], allShown: async () => [held], shown: async () => held } as unknown as Device
    expect([await sourcesOf(device), await sourceOf(device, 's1')]).toEqual([[], null])
  })
})

describe('the list', () => {
  const things = [{ name: '乙', at: null }, { name: '甲', at: { lon: 111, lat: 41 } }, { name: '丙', at: { lon: 111.001, lat: 40 } }]

  it('has the nearest first, and what has no position last', () => {
    expect(nearestFirst(things, { lon: 111, lat: 40 }).map((one) => one.name)).toEqual(['丙', '甲', '乙'])
  })

  it('goes by name where one does not know where he is', () => {
    expect(nearestFirst(things, null).map((one) => one.name)).toEqual(['丙', '甲', '乙'].sort((one, other) => one.localeCompare(other, 'zh')))
  })

  it('finds by every word that was typed', () => {
    expect(isMeant('新华 12', '新华东街12号栓', '路口')).toBe(true)
    expect(isMeant('新华 13', '新华东街12号栓', '路口')).toBe(false)
    expect(isMeant('', 'x')).toBe(true)
  })
})

describe('the forms', () => {
  it('send the fields that were changed, with what was there', () => {
    expect(changesOf({ name: 'a', photo_ids: ['x'], flow_lps: null }, { name: 'b', photo_ids: ['x'], flow_lps: null })).toEqual({ name: ['a', 'b'] })
  })

  it('say what the server would not take', () => {
    expect(lacksOf(newDraft())).toEqual(['kind', 'name', 'place'])
    const said = { ...newDraft(), kind: 'WELL', name: '井', place: '院内' }
    expect(lacksOf(said)).toEqual([])
    expect(lacksOf({ ...said, freezesFrom: '11-31', freezesTo: '04-15' })).toEqual(['season'])
    expect(lacksOf({ ...said, freezesFrom: '11-01' })).toEqual(['season'])
    expect(lacksOf({ ...said, flow: '0', volume: '很多' })).toEqual(['flow', 'volume'])
    expect(lacksOf({ ...said, flow: '1500' })).toEqual(['flow']) // litres a minute, by mistake
    expect(lacksOf({ ...said, flow: '1000', volume: '10000001' })).toEqual(['volume'])
    expect([numberOf('1.5'), numberOf(''), numberOf('x')]).toEqual([1.5, null, null])
  })

  it('add a source once, however often it is saved', () => {
    const said = { ...newDraft(), id: 's9', kind: 'WELL', name: '井', place: '院内' }
    expect(actOf(said, null, '150102')).toMatchObject({ name: 'water_source.add', args: { name: '井', region_code: '150102', state: 'USABLE' } })
    expect(actOf(said, { ...said }, '150102')).toBeNull() // it is there already
    expect(actOf({ ...said, note: '井盖重' }, said, '150102')).toMatchObject({ name: 'water_source.edit', changes: { note: ['', '井盖重'] } })
  })

  it('of a sheet give back what they were given', () => {
    const sheet = { ...fieldsOf(newSheet()), floors_above: 6, keyholders: [{ name: '王经理', phone: '13900001234' }], construction: 'STEEL', approach: '东门' }
    const again = fieldsOf(draftOf(sheet as never))
    expect(changesOf(sheet as never, again as never)).toEqual({})
    const typed = { ...newSheet(), floors_above: '6.5', max_height_m: '0', control_room_phone: '打电话' }
    expect(wrongIn({ ...typed, keyholders: [{ name: '王经理', phone: '' }] })).toEqual(['max_height_m', 'floors_above', 'control_room_phone', 'keyholders'])
  })
})
