import type { HeldSheet } from '@/app/held'
import type { JsonObject } from '@/offline'
import { numberOf } from './pack'

export const CONSTRUCTIONS = ['REINFORCED_CONCRETE', 'STEEL', 'BRICK_CONCRETE', 'BRICK_WOOD', 'WOOD', 'FELT_TENT', 'OTHER'] as const

type Texts = 'approach' | 'ladder_spots' | 'water' | 'facilities' | 'key_parts' | 'dangerous_goods' | 'control_room_phone' | 'plan_title' | 'plan_edition' | 'notes'
type Numbers = 'max_height_m' | 'max_width_m' | 'floors_above' | 'floors_below' | 'people_day' | 'people_night'

/** One field: its name is the record's, `most` its characters. */
export type SheetField =
  | { readonly name: Texts; readonly most: number; readonly isLine?: boolean }
  | { readonly name: Numbers; readonly isWhole: boolean; readonly least: number; readonly top: number }

/** In the order in which one needs them on the way. */
export const SECTIONS: Readonly<Record<'getting_in' | 'building' | 'danger' | 'water' | 'plan', readonly SheetField[]>> = {
  getting_in: [
    { name: 'approach', most: 500 },
    { name: 'max_height_m', isWhole: false, least: 0.1, top: 20 },
    { name: 'max_width_m', isWhole: false, least: 0.1, top: 50 },
    { name: 'ladder_spots', most: 500 },
  ],
  water: [{ name: 'water', most: 500 }, { name: 'facilities', most: 500 }],
  danger: [{ name: 'dangerous_goods', most: 500 }, { name: 'key_parts', most: 500 }],
  building: [
    { name: 'floors_above', isWhole: true, least: 0, top: 200 },
    { name: 'floors_below', isWhole: true, least: 0, top: 20 },
    { name: 'people_day', isWhole: true, least: 0, top: 1_000_000 },
    { name: 'people_night', isWhole: true, least: 0, top: 1_000_000 },
  ],
  plan: [{ name: 'plan_title', most: 100, isLine: true }, { name: 'plan_edition', most: 40, isLine: true }],
}
const FIELDS = Object.values(SECTIONS).flat()
const NUMBERS = FIELDS.filter((field) => 'isWhole' in field)

/** What is typed, as it stands in the fields. */
export interface SheetDraft extends Record<Texts | Numbers, string> {
  construction: string
  keyholders: { name: string; phone: string }[]
  photos: string[]
}

export const newDraft = (): SheetDraft => ({
  approach: '', ladder_spots: '', water: '', facilities: '', key_parts: '', dangerous_goods: '', control_room_phone: '', plan_title: '', plan_edition: '', notes: '',
  max_height_m: '', max_width_m: '', floors_above: '', floors_below: '', people_day: '', people_night: '', construction: '', keyholders: [], photos: [],
})

export function draftOf(sheet: HeldSheet): SheetDraft {
  const { keyholders: _, photos: __, ...lines } = newDraft()
  const typed = Object.fromEntries((Object.keys(lines) as (keyof typeof lines)[]).map((name) => [name, String(sheet[name] ?? '')])) as typeof lines
  return { ...typed, keyholders: sheet.keyholders.map(({ name, phone }) => ({ name, phone })), photos: [...sheet.plan_photo_ids] }
}

/** As a record holds them. */
export function fieldsOf({ construction, keyholders, photos, ...typed }: SheetDraft) {
  const isNumber = (name: string): boolean => NUMBERS.some((field) => field.name === name)
  const values = Object.entries(typed).map(([name, text]) => [name, isNumber(name) ? numberOf(text) : text.trim()])
  const reachable = keyholders.map(({ name, phone }) => ({ name: name.trim(), phone: phone.trim() })).filter(({ name, phone }) => name || phone)
  return { ...Object.fromEntries(values), construction: construction || null, keyholders: reachable, plan_photo_ids: [...photos] } as JsonObject
}

/** What the server would not take, by field. */
export function wrongIn(draft: SheetDraft): string[] {
  const { keyholders } = draft
  const numbers = NUMBERS.filter(({ name, isWhole, least, top }) => {
    const text = draft[name].trim()
    const value = numberOf(text)
    return text !== '' && (value === null || value < least || value > top || (isWhole && !Number.isInteger(value)))
  })
  const phones = [draft.control_room_phone, ...keyholders.map((one) => one.phone)]
  const halves = keyholders.filter(({ name, phone }) => (name.trim() === '') !== (phone.trim() === ''))
  return [
    ...numbers.map((field) => field.name),
    ...(phones.every((phone) => /^[0-9 +()-]{0,30}$/.test(phone.trim())) ? [] : ['control_room_phone']),
    ...(halves.length ? ['keyholders'] : []),
  ]
}
