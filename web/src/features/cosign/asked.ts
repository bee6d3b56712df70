import { draftOf, heldCase, heldHazard, heldInspection, underWay, type Subject } from '@/app/held'
import type { Device, JsonObject, Sealed } from '@/offline'
import type { Mutation } from '@/offline/types'
import type { Act } from './codes'

/** The act of this phone's officer that lacks the second signature. */
export interface Asked {
  readonly act: Act | null // null: nothing of his waits, or its line is not kept here any more
  readonly name: string
  readonly args: JsonObject
  readonly madeAt: string | null
  readonly number: string
  readonly place: string
  readonly pair: readonly string[]
  readonly waitsFor: readonly string[] // what the signature has to come after
  readonly isSent: boolean
  readonly isSigned: boolean
}

export async function askedAct(device: Device, { type, id }: Subject, by: string): Promise<Asked> {
  const { record, number, place } = await heldCase(device, { type, id })
  const lines = (await device.outbox()).filter((line) => line.entityType === type && line.entityId === id)
  const open = underWay(lines, record ?? { id, revision: 0, waiting: [] })
  const drafted = draftOf(open) ?? (await draftedEarlier(device, lines, record?.pending_act?.act_sha256))
  const begun = record ? null : await begunHere(device, lines)
  const said = drafted ? (JSON.parse(drafted.line) as Mutation) : null
  return {
    act: drafted ? { line: drafted.line, digest: await device.digest(drafted), by } : null,
    name: drafted?.name ?? '',
    args: said?.args ?? {},
    madeAt: said?.made_at.wall ?? null,
    number,
    place: place || (begun?.place ?? ''),
    pair: record?.officer_ids.slice(0, 2) ?? begun?.pair ?? [],
    waitsFor: drafted && drafted.outcome === null ? [drafted.mid] : [],
    isSent: drafted !== null && drafted.outcome !== null,
    isSigned: open.some((line) => line.name === `${type}.cosign`),
  }
}

/** Of a case that was begun on this phone and that the server has not told of: its place, and the pair of what it came of. */
async function begunHere(device: Device, lines: readonly Sealed[]): Promise<{ place: string; pair: readonly string[] } | null> {
  const opened = lines.find((line) => line.name === 'measure.open')
  if (!opened) return null
  const { args } = JSON.parse(opened.line) as Mutation
  const { inspection_id: inspectionId, hazard_id: hazardId, unit_name: unit, place } = (args ?? {}) as Record<string, string | undefined>
  const behind = inspectionId ? await heldInspection(device, inspectionId) : hazardId ? await heldHazard(device, hazardId) : null
  return { place: [unit, place].filter(Boolean).join(' '), pair: behind?.officer_ids?.slice(0, 2) ?? [] }
}

/** The server shows the draft already; its line is kept here until a backup holds it. */
async function draftedEarlier(device: Device, lines: readonly Sealed[], digest: string | undefined): Promise<Sealed | null> {
  if (digest === undefined) return null
  for (const line of lines) if ((await device.digest(line)) === digest) return line
  return null
}
