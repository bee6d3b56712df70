import type { Schemas } from '@/app/http'
import { floorsOf, floorsText } from './floors'

export const MATERIALS = ['BUSINESS_LICENCE', 'RULES_AND_PLAN', 'LAYOUT', 'OTHER'] as const
export type Material = (typeof MATERIALS)[number]

/** An application as it is being typed: numbers are text until they are handed in. */
export interface Filled {
  route: string
  occasion: string
  former_licence_no: string
  venue_name: string
  venue_kind: string
  address: string
  person_in_charge: string
  contact_name: string
  contact_phone: string
  serve_online: boolean
  structure: string
  area_m2: string
  floors: string
  exits: string
  acceptance: { kind: string; number: string }
  shared_building: { is_shared: boolean; name: string; area_m2: string; floors: string; height_m: string }
  facilities: string[]
  extinguishers: string
  remarks: string
  BUSINESS_LICENCE: string[]
  RULES_AND_PLAN: string[]
  LAYOUT: string[]
  OTHER: string[]
}

export type FieldName = keyof Filled
export interface FieldError { readonly field: string; readonly message: string }

/** What each step of the form asks for, in its order. */
export const STEPS: readonly (readonly FieldName[])[] = [
  ['route', 'occasion', 'former_licence_no', 'venue_name', 'venue_kind', 'address', 'person_in_charge', 'contact_name', 'contact_phone', 'serve_online'],
  ['structure', 'area_m2', 'floors', 'exits', 'acceptance', 'shared_building', 'facilities', 'extinguishers', 'remarks'],
  [...MATERIALS],
]
export const FIELDS = STEPS.flat()
export const LAST_STEP = STEPS.length + 1 // looked through, signed, handed in

const isMaterial = (name: FieldName): name is Material => (MATERIALS as readonly string[]).includes(name)

/** How the server calls a field: `form.area_m2`, `materials.LAYOUT`. */
export function serverName(name: FieldName): string {
  if (name === 'route') return name
  return isMaterial(name) ? `materials.${name}` : `form.${name}`
}

/** Which field an error is about: `form.acceptance.number` is one of `acceptance`. */
export function fieldOf(error: Pick<FieldError, 'field'>): FieldName | null {
  return FIELDS.find((name) => error.field === serverName(name) || error.field.startsWith(`${serverName(name)}.`)) ?? null
}

/** The step on which a field stands, from 1. */
export const stepOf = (name: FieldName): number => STEPS.findIndex((names) => names.includes(name)) + 1

/** True if the field is asked for at all: who opens for the first time has no earlier licence. */
export const isAsked = (name: FieldName, filled: Filled): boolean => name !== 'former_licence_no' || filled.occasion !== 'OPENING'

type Record = Pick<Schemas['Permit'], 'data' | 'contact_name' | 'contact_phone'>

const text = (value: number | string | null | undefined): string => (value === null || value === undefined ? '' : String(value))

/** An application of the server's, ready to be typed in. */
export function filledOf({ data, contact_name, contact_phone }: Record): Filled {
  const { form, materials } = data
  const building = form.shared_building
  return {
    route: data.route,
    occasion: form.occasion,
    former_licence_no: text(form.former_licence_no),
    venue_name: form.venue_name,
    venue_kind: text(form.venue_kind),
    address: text(form.address),
    person_in_charge: text(form.person_in_charge),
    contact_name: text(contact_name),
    contact_phone: text(contact_phone),
    serve_online: form.serve_online,
    structure: text(form.structure),
    area_m2: text(form.area_m2),
    floors: floorsText(form.floors),
    exits: text(form.exits),
    acceptance: { kind: text(form.acceptance?.kind), number: text(form.acceptance?.number) },
    shared_building: {
      is_shared: building !== null, name: text(building?.name), area_m2: text(building?.area_m2), floors: text(building?.floors), height_m: text(building?.height_m),
    },
    facilities: [...form.facilities],
    extinguishers: text(form.extinguishers),
    remarks: form.remarks,
    BUSINESS_LICENCE: [...materials.BUSINESS_LICENCE],
    RULES_AND_PLAN: [...materials.RULES_AND_PLAN],
    LAYOUT: [...materials.LAYOUT],
    OTHER: [...materials.OTHER],
  }
}

export type Body = Pick<Schemas['FillIn'], 'form' | 'materials'> & { route: string }
export type Lack = 'number' | 'whole' | 'floors' | 'missing'

/** What the server takes, and what of it cannot be said in its words: field and message key. */
export function bodyOf(filled: Filled): { body: Body; lacks: { field: string; lack: Lack }[] } {
  const lacks: { field: string; lack: Lack }[] = []

  function number(typed: string, field: string, lack: Lack, pattern: RegExp): number | null {
    const digits = typed.trim()
    if (digits === '') return null
    if (pattern.test(digits)) return Number(digits)
    lacks.push({ field, lack })
    return null
  }
  const decimal = (typed: string, field: string) => number(typed, field, 'number', /^\d{1,7}(\.\d{1,2})?$/)
  const whole = (typed: string, field: string) => number(typed, field, 'whole', /^\d{1,4}$/)

  function building(): NonNullable<Body['form']['shared_building']> | null {
    const { is_shared, name, area_m2, floors, height_m } = filled.shared_building
    if (!is_shared) return null
    const at = 'form.shared_building'
    const [area, count] = [decimal(area_m2, `${at}.area_m2`), whole(floors, `${at}.floors`)]
    if (name.trim() === '') lacks.push({ field: `${at}.name`, lack: 'missing' })
    if (area_m2.trim() === '') lacks.push({ field: `${at}.area_m2`, lack: 'missing' })
    if (floors.trim() === '') lacks.push({ field: `${at}.floors`, lack: 'missing' })
    return { name: name.trim(), area_m2: area ?? 0, floors: count ?? 0, height_m: decimal(height_m, `${at}.height_m`) }
  }

  const floors = floorsOf(filled.floors)
  if (floors === null) lacks.push({ field: 'form.floors', lack: 'floors' })
  const line = (typed: string): string | null => typed.trim() || null
  const { acceptance } = filled
  const form = {
    occasion: filled.occasion,
    former_licence_no: isAsked('former_licence_no', filled) ? line(filled.former_licence_no) : null,
    venue_name: line(filled.venue_name),
    venue_kind: line(filled.venue_kind),
    address: line(filled.address),
    person_in_charge: line(filled.person_in_charge),
    contact_name: line(filled.contact_name),
    contact_phone: line(filled.contact_phone.replace(/\s/g, '')),
    serve_online: filled.serve_online,
    structure: line(filled.structure),
    area_m2: decimal(filled.area_m2, 'form.area_m2'),
    floors: floors ?? [],
    exits: whole(filled.exits, 'form.exits'),
    acceptance: acceptance.kind ? { kind: acceptance.kind, number: line(acceptance.number) } : null,
    shared_building: building(),
    facilities: filled.facilities,
    extinguishers: line(filled.extinguishers),
    remarks: filled.remarks.trim(),
  } as Body['form']
  const { BUSINESS_LICENCE, RULES_AND_PLAN, LAYOUT, OTHER } = filled
  return { body: { route: filled.route, form, materials: { BUSINESS_LICENCE, RULES_AND_PLAN, LAYOUT, OTHER } }, lacks }
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

/** The fields in which two differ, in the order of the form. */
export const differing = (one: Filled, other: Filled): FieldName[] => FIELDS.filter((name) => !isSame(one[name], other[name]))

/**
 * What somebody else wrote while one was typing: `theirs` are the fields that he changed, `both` those of them that one
 * changed too and otherwise.
 */
export function changesOf(base: Filled, mine: Filled, theirs: Filled): { theirs: FieldName[]; both: FieldName[] } {
  const changed = differing(base, theirs)
  const own = differing(base, mine)
  return { theirs: changed, both: changed.filter((name) => own.includes(name) && !isSame(mine[name], theirs[name])) }
}

/** Both together: what one typed oneself, but of `taken` and of everything else what he wrote. */
export function merged(base: Filled, mine: Filled, theirs: Filled, taken: readonly FieldName[] = []): Filled {
  const kept = differing(base, mine).filter((name) => !taken.includes(name))
  return { ...copied(theirs), ...Object.fromEntries(kept.map((name) => [name, mine[name]])) } as Filled
}

/** A copy that shares nothing with it. */
export const copied = (filled: Filled): Filled => JSON.parse(JSON.stringify(filled)) as Filled
