import type { Schemas } from '@/app/http'
import type { Point } from '@/app/positions'
import type { Device } from '@/offline'

/** A unit of the banner that this device holds and knows where to find. */
export interface PlacedUnit {
  readonly id: string
  readonly name: string
  readonly address: string
  readonly at: Point
}

export async function placedUnits(device: Device): Promise<PlacedUnit[]> {
  const units = (await device.allShown('unit')) as unknown as Pick<Schemas['Unit'], 'id' | 'name' | 'address' | 'lon' | 'lat'>[]
  return units.flatMap(({ id, name, address, lon, lat }) => (lon === null || lat === null ? [] : [{ id, name, address: address ?? '', at: { lon, lat } }]))
}
