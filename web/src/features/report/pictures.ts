import type { Schemas } from '@/app/http'

export type Picture = Schemas['CreateHazard']['picture']

/** What people tap instead of naming an offence of the law. */
export const PICTURES: readonly Picture[] = [
  'EXIT', 'FIRE_LANE', 'FACILITY', 'EBIKE', 'ELECTRIC_GAS', 'HOT_WORK', 'FLAMMABLE', 'GRASSLAND', 'UNCLEAR',
]
