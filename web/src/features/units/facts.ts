import type { Schemas } from '@/app/http'

/** What a unit is, as `PUT /units/{id}` replaces it. */
export type UnitFacts = Required<Schemas['EditUnit']>
export type Category = UnitFacts['category']
export type PlaceType = NonNullable<UnitFacts['place_type']>

export const CATEGORIES = [
  'KEY_UNIT', 'HIGH_RISK_UNIT', 'GENERAL_UNIT', 'SMALL_PLACE', 'RESIDENTIAL', 'PASTORAL_SETTLEMENT', 'CONSTRUCTION_SITE',
] as const satisfies readonly Category[]

/** Of a unit as it is. */
export const factsOf = (unit: Schemas['Unit']): UnitFacts => ({
  name: unit.name, uscc: unit.uscc, region_code: unit.region_code, address: unit.address, category: unit.category as Category,
  place_type: unit.place_type as PlaceType | null, position: unit.position,
})

/** Of one that the register does not have yet. */
export const newFacts = (uscc: string): UnitFacts => ({ name: '', uscc, region_code: '', address: '', category: 'GENERAL_UNIT', place_type: null, position: null })

/** What each is called on the page. */
export const NAMES: Readonly<Record<keyof UnitFacts, string>> = {
  name: 'units.name', uscc: 'units.uscc', region_code: 'units.region', address: 'units.address', category: 'units.category', place_type: 'units.place_type', position: 'units.position',
}
