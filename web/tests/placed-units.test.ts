import { expect, test } from 'vitest'
import { placedUnits } from '@/features/map/units'
import { newId } from '@/offline'
import { citizen, server } from './offline/world'

test('units that the device holds are on the map where their position is known', async () => {
  const device = await citizen()
  const own = `user:${device.user!.id}#own`
  server.visible.set(device.user!.id, new Set([own]))
  const [placed, bare] = [newId(), newId()]
  server.show(own, 'unit', placed, { name: '蒙城旅馆', address: '阿尔丁大街1号', lon: 109.823, lat: 40.642 })
  server.show(own, 'unit', bare, { name: '无坐标', address: '', lon: null, lat: null })
  await device.sync()
  expect(await placedUnits(device)).toEqual([{ id: placed, name: '蒙城旅馆', address: '阿尔丁大街1号', at: { lon: 109.823, lat: 40.642 } }])
})
