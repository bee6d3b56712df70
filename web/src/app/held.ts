import type { Device, Sealed } from '@/offline'
import type { Schemas } from './http'

interface OnDevice {
  readonly id: string
  readonly revision: number
  readonly waiting: readonly string[]
}

/** A card of the queue as this device has it. */
export type HeldTask = Omit<Schemas['Task'], 'actions' | 'id' | 'revision'> & OnDevice

/** A hazard as this device has it: for those who hold it with what was reported, for others of the banner without. */
export type HeldHazard = Schemas['HazardOutline'] & Partial<Omit<Schemas['HeldHazard'], keyof Schemas['HazardOutline']>> & OnDevice

export type HeldOrder = Schemas['OfficerOrder'] & OnDevice

/** What comes next in a check, with what waits on this device counted in. */
export type Progress = 'ahead' | 'start' | 'check' | 'recheck' | 'ask_signature' | 'sign' | 'saved' | 'over'

const ACTS = ['verify_true', 'verify_false', 'fix_on_site', 'recheck_pass', 'recheck_fail'] as const
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

function isAct(name: string): boolean {
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

export async function heldTasks(device: Device): Promise<HeldTask[]> {
  const tasks = (await device.allShown('task')) as unknown as HeldTask[]
  return tasks.sort((one, other) => Date.parse(one.due_at) - Date.parse(other.due_at))
}

export async function heldHazard(device: Device, id: string): Promise<HeldHazard | null> {
  return (await device.shown('hazard', id)) as unknown as HeldHazard | null
}

export async function heldOrder(device: Device, id: string): Promise<HeldOrder | null> {
  return (await device.shown('rectification', id)) as unknown as HeldOrder | null
}
