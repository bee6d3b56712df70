import type { HeldSheet, HeldSource } from '@/app/held'
import { underWay } from '@/app/held'
import { distanceM, type Point } from '@/app/positions'
import type { Device, Json, JsonObject, MutateOptions, Sealed } from '@/offline'

export type WaterState = HeldSource['state']
export const STATES: readonly WaterState[] = ['USABLE', 'FROZEN', 'OUT_OF_ORDER']
export const KINDS: readonly HeldSource['kind'][] = ['MUNICIPAL_HYDRANT', 'UNIT_HYDRANT', 'WATER_CRANE', 'POOL', 'WELL', 'NATURAL']

/** A water source with what was done to it here and is not answered yet. */
export interface Source extends HeldSource {
  readonly at: Point | null
  readonly isSaved: boolean // something of it waits on this device
}

/** A sheet, and where its unit is. */
export interface Sheet extends HeldSheet {
  readonly at: Point | null
  readonly isSaved: boolean
}

export async function sourcesOf(device: Device): Promise<Source[]> {
  const lines = await device.outbox()
  return ((await device.allShown('water_source')) as unknown as HeldSource[]).filter(isInUse).map((held) => sourceWith(held, underWay(lines, held)))
}

export async function sourceOf(device: Device, id: string): Promise<Source | null> {
  const held = (await device.shown('water_source', id)) as unknown as HeldSource | null
  return held && isInUse(held) ? sourceWith(held, underWay(await device.outbox(), held)) : null
}

/** Not one that is to be retired as soon as there is a network. */
const isInUse = (held: HeldSource): boolean => !held.waiting.includes('water_source.retire')

export async function sheetsOf(device: Device): Promise<Sheet[]> {
  return ((await device.allShown('rescue_sheet')) as unknown as HeldSheet[]).map(sheetWith)
}

export async function sheetOf(device: Device, id: string): Promise<Sheet | null> {
  const held = (await device.shown('rescue_sheet', id)) as unknown as HeldSheet | null
  return held && sheetWith(held)
}

/** A new one is shown by what was said of it; a report counts by when it was seen, as the server counts it. */
export function sourceWith(held: HeldSource, acts: readonly Sealed[]): Source {
  const { position } = held
  const lon = held.lon ?? position?.lon ?? null
  const lat = held.lat ?? position?.lat ?? null
  let { state } = held
  const reports = [...(held.reports ?? [])]
  for (const act of acts.filter((line) => line.name === 'water_source.report')) {
    const { args, made_at: made } = JSON.parse(act.line) as { args: { state: WaterState; note?: string }; made_at: { wall: string } }
    if (reports[0] && Date.parse(reports[0].seen_at) > Date.parse(made.wall)) continue
    reports.unshift({ state: args.state, seen_at: made.wall, by: '', name: '', note: args.note ?? '' })
    state = args.state
  }
  const at = lon === null || lat === null ? null : { lon, lat }
  return { ...held, state, reports, at, isSaved: acts.some((line) => line.outcome === null) }
}

function sheetWith(held: HeldSheet): Sheet {
  return { ...held, at: held.lon === null || held.lat === null ? null : { lon: held.lon, lat: held.lat }, isSaved: held.waiting.length > 0 }
}

/** The nearest first; what has no position, and everything where one does not know where he is, by name. */
export function nearestFirst<T extends { readonly at: Point | null; readonly name: string }>(things: readonly T[], from: Point | null): T[] {
  const away = (thing: T): number => (from && thing.at ? distanceM(from, thing.at) : Infinity)
  return [...things].sort((one, other) => {
    const [near, far] = [away(one), away(other)]
    return near === far ? one.name.localeCompare(other.name, 'zh') : near - far
  })
}

/** Whether every word that was typed is in one of these texts. */
export function isMeant(typed: string, ...texts: readonly string[]): boolean {
  const all = texts.join(' ').toLowerCase()
  return typed.toLowerCase().split(/\s+/).every((word) => all.includes(word))
}

/** Whether it is the time of the year in which it freezes, by its own days; `today` is 2026-11-28. */
export function isSeason({ freezes_from: from, freezes_to: to }: Pick<HeldSource, 'freezes_from' | 'freezes_to'>, today: string): boolean {
  if (!from || !to) return false
  const day = today.slice(5)
  return from <= to ? from <= day && day <= to : from <= day || day <= to
}

/** What is open at a place and matters in a fire. */
export const openOf = (sheet: Pick<HeldSheet, 'history'>): HeldSheet['history'] => sheet.history.filter((one) => one.is_open)

/** `[was, new]` of what the person changed. */
export function changesOf(was: JsonObject, now: JsonObject): NonNullable<MutateOptions['changes']> {
  const changed = Object.keys(now).filter((name) => JSON.stringify(was[name] ?? null) !== JSON.stringify(now[name]))
  return Object.fromEntries(changed.map((name) => [name, [was[name] ?? null, now[name] as Json]] as const))
}

/** A number as somebody typed it; null where there is none, or none that one can use. */
export function numberOf(typed: string | number | null): number | null {
  const text = String(typed ?? '').trim()
  return text === '' || !Number.isFinite(Number(text)) ? null : Number(text)
}
