import { describe, expect, test } from 'vitest'
import { bodyOf, changesOf, copied, fieldOf, filledOf, merged, stepOf, type Filled } from '@/features/permits/filling'
import { floorsOf, floorsText } from '@/features/permits/floors'
import { inOrder } from '@/features/permits/sight'

const BLANK: Filled = {
  route: 'COMMITMENT', occasion: 'OPENING', former_licence_no: '', venue_name: '晨光宾馆', venue_kind: 'HOTEL', address: '', person_in_charge: '', contact_name: '',
  contact_phone: '', serve_online: true, structure: '', area_m2: '', floors: '', exits: '', acceptance: { kind: '', number: '' },
  shared_building: { is_shared: false, name: '', area_m2: '', floors: '', height_m: '' }, facilities: [], extinguishers: '', remarks: '',
  BUSINESS_LICENCE: [], RULES_AND_PLAN: [], LAYOUT: [], OTHER: [],
}

describe('floors', () => {
  test.each([
    ['1、2', [1, 2]], ['1-3', [1, 2, 3]], ['1至3层', [1, 2, 3]], ['地下1层,1', [-1, 1]], ['-1-2', [-1, 1, 2]], ['第2层 第1层', [1, 2]], ['2,2', [2]], ['', []], ['0', [0]],
  ])('%s', (typed, floors) => expect(floorsOf(typed)).toEqual(floors))
  test.each(['一楼', '3-1', '201', '1.5', '-11'])('%s are none', (typed) => expect(floorsOf(typed)).toBeNull())
  test('are read again as they were written', () => expect(floorsOf(floorsText([-1, 1, 2]))).toEqual([-1, 1, 2]))
})

describe('what is typed', () => {
  test('goes to the server as it was meant, and what is empty as nothing', () => {
    const { body, lacks } = bodyOf({ ...BLANK, area_m2: ' 820.5 ', exits: '3', floors: '1-2', contact_phone: '139 0415 0102' })
    expect(lacks).toEqual([])
    expect(body.form).toMatchObject({ area_m2: 820.5, exits: 3, floors: [1, 2], contact_phone: '13904150102', address: null, acceptance: null, shared_building: null })
  })

  test('is refused here where the server could not say it in words', () => {
    const { lacks } = bodyOf({ ...BLANK, area_m2: '八百', exits: '2.5', floors: '一楼', shared_building: { ...BLANK.shared_building, is_shared: true } })
    expect(lacks.map((one) => one.field)).toEqual([
      'form.floors', 'form.area_m2', 'form.exits', 'form.shared_building.name', 'form.shared_building.area_m2', 'form.shared_building.floors',
    ])
  })

  test('names no earlier licence where there is none to replace', () => {
    expect(bodyOf({ ...BLANK, former_licence_no: 'X' }).body.form.former_licence_no).toBeNull()
    expect(bodyOf({ ...BLANK, occasion: 'REBUILT', former_licence_no: 'X' }).body.form.former_licence_no).toBe('X')
  })

  test('comes back from the server as it was typed', () => {
    const full = { ...BLANK, area_m2: '820', floors: '1、2', exits: '3', acceptance: { kind: 'ACCEPTED', number: '18' }, BUSINESS_LICENCE: ['a'] }
    const { body } = bodyOf(full)
    const { contact_name, contact_phone, ...form } = body.form!
    const record = { data: { route: full.route, form, materials: body.materials }, contact_name, contact_phone } as unknown as Parameters<typeof filledOf>[0]
    expect(filledOf(record)).toEqual(full)
  })
})

describe('an error', () => {
  test('is found at its field, also within it', () => {
    expect(fieldOf({ field: 'form.acceptance.number' })).toBe('acceptance')
    expect(fieldOf({ field: 'materials.LAYOUT.0' })).toBe('LAYOUT')
    expect(fieldOf({ field: 'form.area_m2' })).toBe('area_m2')
    expect(fieldOf({ field: 'sha256' })).toBeNull()
  })
  test('leads to the step of its field', () => expect([stepOf('address'), stepOf('exits'), stepOf('LAYOUT')]).toEqual([1, 2, 3]))
})

describe('two people at one draft', () => {
  const mine = { ...copied(BLANK), exits: '3', address: '海拉尔东路88号' }
  const theirs = { ...copied(BLANK), exits: '4', area_m2: '820' }

  test('are told what the other changed, and where both wrote', () => {
    expect(changesOf(BLANK, mine, theirs)).toEqual({ theirs: ['area_m2', 'exits'], both: ['exits'] })
    expect(changesOf(BLANK, mine, { ...theirs, exits: '3' }).both).toEqual([])
  })

  test('lose nothing of either', () => {
    expect(merged(BLANK, mine, theirs)).toMatchObject({ exits: '3', address: '海拉尔东路88号', area_m2: '820' })
    expect(merged(BLANK, mine, theirs, ['exits'])).toMatchObject({ exits: '4', address: '海拉尔东路88号', area_m2: '820' })
  })
})

test('what waits for the applicant stands first, and a discarded draft nowhere', () => {
  const permits = [['1', 'DRAFT'], ['2', 'ACTIVE'], ['3', 'DISCARDED'], ['4', 'SUBMITTED'], ['5', 'CORRECTION_REQUIRED']].map(([id, state]) => ({ id: id!, state: state as 'DRAFT' }))
  expect(inOrder(permits).map((permit) => permit.id)).toEqual(['5', '1', '4', '2'])
})
