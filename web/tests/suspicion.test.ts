import { expect, test } from 'vitest'
import { asLine, thingOf } from '../src/features/cases/fields/lines'
import { editionOn, isGround, lacksOf, lineOf, newSuspicion, type Suspicion } from '../src/features/majors/suspicion'

const DAY = '2026-12-01'
const whole: Suspicion = {
  unitName: ' 晨光宾馆 ', unitId: 'u', place: '三层歌舞厅', facts: '仅有一部疏散楼梯', criteria: [{ clause: ' 5.3 ', note: '安全出口数量不足' }, { clause: '', note: '' }], photos: ['p'],
}

test('the edition is that of the day, and a clause is one of its grounds', () => {
  expect(editionOn(DAY).edition).toBe('GB 35181-2025')
  expect(editionOn('2025-10-31').edition).toBe('GB 35181-2017')
  expect(['5', '5.3', '6.1.2'].every((clause) => isGround(editionOn(DAY), clause))).toBe(true)
  expect(['4.2', '55', '7.3.4', '附录A', ''].some((clause) => isGround(editionOn(DAY), clause))).toBe(false)
  expect(isGround(editionOn('2025-10-31'), '7.3.4')).toBe(true)
})

test('it wants the place, what is wrong, a clause of the standard with what meets it, and a picture', () => {
  expect(lacksOf(newSuspicion(), DAY)).toEqual(['unit', 'place', 'facts', 'criteria', 'photos'])
  expect(lacksOf({ ...whole, criteria: [{ clause: '5.3', note: '' }] }, DAY)).toEqual(['criteria'])
  expect(lacksOf({ ...whole, criteria: [{ clause: '4.2', note: '已停业' }] }, DAY)).toEqual(['clause'])
  expect(lacksOf(whole, DAY)).toEqual([])
})

test('one line says all of it, without rows that were left empty', () => {
  expect(lineOf(whole, { type: 'hazard', id: 'h' }, DAY)).toEqual({
    hazard_id: 'h', unit_id: 'u', unit_name: '晨光宾馆', place: '三层歌舞厅', facts: '仅有一部疏散楼梯', criteria: [{ clause: '5.3', note: '安全出口数量不足' }],
    inspected_on: DAY, photos: ['p'],
  })
})

test('a line of a list is its words, or these under one name, or its first word and the rest under two', () => {
  expect(thingOf('大队长', [])).toBe('大队长')
  expect(thingOf('安全出口 上锁', ['description'])).toEqual({ description: '安全出口 上锁' })
  expect(thingOf('巴特尔 建筑 防火', ['name', 'speciality'])).toEqual({ name: '巴特尔', speciality: '建筑 防火' })
  expect(asLine({ name: '巴特尔', speciality: '建筑防火' }, ['name', 'speciality'])).toBe('巴特尔 建筑防火')
})
