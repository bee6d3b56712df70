import type { Device, Sealed } from '@/offline'
import type { Schemas } from './http'

interface OnDevice {
  readonly id: string
  readonly revision: number
  readonly waiting: readonly string[]
}

type Ranked = 'rank_at' | 'ranked_up'
/** A card of the queue as this device has it. */
export type HeldTask = Omit<Schemas['Task'], 'actions' | 'id' | 'revision' | Ranked> & Partial<Pick<Schemas['Task'], Ranked>> & OnDevice

/** A hazard as this device has it: for those who hold it with what was reported, for others of the banner without. */
export type HeldHazard = Schemas['HazardOutline'] & Partial<Omit<Schemas['HeldHazard'], keyof Schemas['HazardOutline']>> & OnDevice

export type HeldOrder = Schemas['OfficerOrder'] & OnDevice

/** An inspection of a unit, to which this officer is sent. */
export type HeldInspection = Schemas['OfficerInspection'] & OnDevice

/** A sealing or an order to stop, of which this officer is one of the two. */
export type HeldMeasure = Schemas['OfficerMeasure'] & OnDevice

/** An application that this officer is sent to look at. */
export type HeldPermit = Schemas['OfficerPermit'] & OnDevice

/** A water source of the firefighters' pack. */
export type HeldSource = Schemas['WaterSourceData'] & OnDevice

/** What one must know of a unit before going in; its id is the unit's. */
export type HeldSheet = Schemas['RescueSheetData'] & OnDevice

/** What two officers do at a place that is to be closed or was, without a network too. */
export type MeasureStep = 'serve' | 'unseal_check' | 'resume_check' | 'confirm_stopped'

/** What comes next in a check, with what waits on this device counted in. */
export type Progress = 'ahead' | 'start' | 'check' | 'recheck' | 'visit' | 'inspect' | 'measure' | MeasureStep | 'ask_signature' | 'sign' | 'saved' | 'help' | 'over'

const ACTS = [
  'verify_true', 'verify_false', 'fix_on_site', 'recheck_pass', 'recheck_fail', 'inspect_pass', 'inspect_fail', 'verify_pass', 'verify_fail',
  'find_none', 'order', 'propose', 'seal_at_once', 'serve', 'check', 'confirm_stopped',
] as const
export type ActName = (typeof ACTS)[number]

/** Acts on a record that its base row does not contain yet, in order. What came to nothing is not among them. */
export function underWay(lines: readonly Sealed[], record: OnDevice): Sealed[] {
  return lines.filter(
    (line) =>
      line.entityId === record.id &&
      line.outcome !== 'rejected' &&
      line.outcome !== 'parked' &&
      (line.outcome === null || (line.result?.revision ?? 0) > record.revision),
  )
}

/** The act of law among them, if one was sealed here. */
export function draftOf(lines: readonly Sealed[]): Sealed | null {
  return [...lines].reverse().find((line) => isAct(line.name)) ?? null
}

/** Whether two officers sign this. */
export function isAct(name: string): boolean {
  return (ACTS as readonly string[]).includes(name.slice(name.indexOf('.') + 1))
}

export function progressOf(hazard: HeldHazard, lines: readonly Sealed[], personId: string): Progress {
  const acts = underWay(lines, hazard)
  const did = (name: string): boolean => acts.some((line) => line.name === `hazard.${name}`)
  if (!['ASSIGNED', 'VERIFYING'].includes(hazard.state)) return ['SUBMITTED', 'REGISTERED'].includes(hazard.state) ? 'ahead' : 'over'
  if (did('cosign')) return 'saved'
  if (draftOf(acts) || hazard.pending_act?.by === personId) return 'ask_signature'
  if (hazard.pending_act) return 'sign'
  return hazard.state === 'VERIFYING' || did('start') ? 'check' : 'start'
}

export function recheckProgressOf(order: HeldOrder, lines: readonly Sealed[], personId: string): Progress {
  const acts = underWay(lines, order)
  if (order.state !== 'RECHECK_PENDING') return ['ORDERED', 'RECTIFYING'].includes(order.state) ? 'ahead' : 'over'
  if (acts.some((line) => line.name === 'rectification.cosign')) return 'saved'
  if (draftOf(acts) || order.pending_act?.by === personId) return 'ask_signature'
  return order.pending_act ? 'sign' : 'recheck'
}

/** What two officers look at in this state: before it is decided, after a grant by commitment, or once more. */
export function visitOf({ state, route, paused }: HeldPermit): 'inspect' | 'verify' | 'recheck' | null {
  if (state === 'ACCEPTED') return route === 'ORDINARY' && paused === null ? 'inspect' : null
  if (state === 'VERIFY_PENDING' || state === 'VERIFY_DEFERRED') return 'verify'
  return state === 'RECHECK' ? 'recheck' : null
}

export function visitProgressOf(permit: HeldPermit, lines: readonly Sealed[], personId: string): Progress {
  const acts = underWay(lines, permit)
  if (visitOf(permit) === null) return ['ACCEPTED', 'VERIFY_FAILED'].includes(permit.state) ? 'ahead' : 'over'
  if (acts.some((line) => line.name === 'permit.cosign' || line.name === 'permit.defer')) return 'saved'
  if (draftOf(acts) || permit.pending_act?.by === personId) return 'ask_signature'
  return permit.pending_act ? 'sign' : 'visit'
}

export function inspectionProgressOf(inspection: HeldInspection, lines: readonly Sealed[], personId: string): Progress {
  const acts = underWay(lines, inspection)
  const did = (...names: string[]): boolean => acts.some((line) => names.includes(line.name.replace('inspection.', '')))
  if (!['ASSIGNED', 'IN_PROGRESS'].includes(inspection.state)) return 'over'
  if (did('cosign', 'defer', 'recuse') || inspection.recusals.some((recusal) => recusal.officer_id === personId)) return 'saved'
  if (draftOf(acts) || inspection.pending_act?.by === personId) return 'ask_signature'
  if (inspection.pending_act) return 'sign'
  return inspection.state === 'IN_PROGRESS' || did('start') ? 'inspect' : 'visit'
}

/** What they do there in this state; null: something that is done on line, or nothing. A sealing that has expired may have been served in time. */
export function stepOf({ state, decision, served }: HeldMeasure): MeasureStep | null {
  if (state === 'DECIDED' || (state === 'EXPIRED' && decision !== null && served === null)) return 'serve'
  if (state === 'UNSEAL_APPLIED') return 'unseal_check'
  if (state === 'RESUME_APPLIED') return 'resume_check'
  return ['SUSPENDED', 'NOT_STOPPED', 'URGED'].includes(state) ? 'confirm_stopped' : null
}

export function measureProgressOf(measure: HeldMeasure, lines: readonly Sealed[], personId: string): Progress {
  const acts = underWay(lines, measure)
  if (acts.some((line) => line.name === 'measure.cosign')) return 'saved'
  if (draftOf(acts) || measure.pending_act?.by === personId) return 'ask_signature'
  if (measure.pending_act) return 'sign'
  return measure.state === 'OPEN' ? 'measure' : (stepOf(measure) ?? 'over')
}

/** In the order of the queue (workflow/queue/ranking.py); a line from before there was one goes by its date. */
export async function heldTasks(device: Device): Promise<HeldTask[]> {
  const tasks = (await device.allShown('task')) as unknown as HeldTask[]
  const rank = (task: HeldTask): number => Date.parse(task.rank_at ?? task.due_at)
  return tasks.sort((one, other) => rank(one) - rank(other) || (one.id < other.id ? -1 : 1))
}

export async function heldHazard(device: Device, id: string): Promise<HeldHazard | null> {
  return (await device.shown('hazard', id)) as unknown as HeldHazard | null
}

export async function heldOrder(device: Device, id: string): Promise<HeldOrder | null> {
  return (await device.shown('rectification', id)) as unknown as HeldOrder | null
}

export async function heldPermit(device: Device, id: string): Promise<HeldPermit | null> {
  return (await device.shown('permit', id)) as unknown as HeldPermit | null
}

export async function heldInspection(device: Device, id: string): Promise<HeldInspection | null> {
  return (await device.shown('inspection', id)) as unknown as HeldInspection | null
}

export async function heldMeasure(device: Device, id: string): Promise<HeldMeasure | null> {
  const shown = await device.shown('measure', id)
  return shown !== null && 'officer_ids' in shown ? (shown as unknown as HeldMeasure) : null // else it was begun here, and the server has not told of it
}

/** Cases on which two officers act together, and the page of each where they do. */
const PAGES = { hazard: 'check', rectification: 'recheck', permit: 'visit', inspection: 'inspect', measure: 'measure' } as const
export interface Subject {
  readonly type: keyof typeof PAGES
  readonly id: string
}

export function isSubjectType(type: unknown): type is Subject['type'] {
  return typeof type === 'string' && type in PAGES
}

/** Where a case is worked on, as a path. */
export const pageOf = ({ type, id }: Subject): string => `/${PAGES[type]}/${id}`

/** Such a case as this device has it; none of it if it is not here. */
export async function heldCase(device: Device, { type, id }: Subject) {
  if (type === 'permit') {
    const permit = await heldPermit(device, id)
    return { record: permit, number: permit?.number ?? '', place: permit?.form.venue_name ?? '' }
  }
  if (type === 'inspection') {
    const inspection = await heldInspection(device, id)
    return { record: inspection, number: inspection?.number ?? '', place: inspection?.unit_name ?? '' }
  }
  if (type === 'measure') {
    const measure = await heldMeasure(device, id)
    return { record: measure, number: measure?.number ?? '', place: measure ? `${measure.unit_name} ${measure.place}` : '' }
  }
  const order = type === 'rectification' ? await heldOrder(device, id) : null
  if (order && !order.hazard_id) return { record: order, number: order.order_no, place: order.unit_name }
  const hazard = await heldHazard(device, order?.hazard_id ?? id)
  return { record: type === 'hazard' ? hazard : order, number: hazard?.number ?? '', place: hazard?.place_name ?? '' }
}
