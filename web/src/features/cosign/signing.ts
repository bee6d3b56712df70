import type { LocationQuery } from 'vue-router'
import { heldCase, isAct, isSubjectType, type Subject } from '@/app/held'
import type { Device, JsonObject } from '@/offline'
import type { Mutation } from '@/offline/types'
import type { Act } from './codes'

/** An act as the second officer reads it before he signs. */
export interface ReadAct {
  readonly subject: Subject
  readonly digest: string
  readonly name: string
  readonly args: JsonObject | null // null: its words are not here
  readonly madeAt: string | null
  readonly number: string
  readonly place: string
  readonly by: string
  readonly isOnServer: boolean
}

/** Why this person cannot sign it. */
export type Obstacle = 'not_yours' | 'own_act'

export function subjectOf({ type, id }: LocationQuery): Subject | null {
  return isSubjectType(type) && typeof id === 'string' ? { type, id } : null
}

/** A colleague's act that came by the server: it is signed in this phone's own queue. */
export async function actOnServer(device: Device, subject: Subject | null): Promise<ReadAct | null> {
  if (subject === null) return null
  const { record, number, place } = await heldCase(device, subject)
  const act = record?.pending_act
  if (!act) return null
  return {
    subject,
    digest: act.act_sha256,
    name: `${subject.type}.${act.action}`,
    args: 'data' in act ? (act.data as JsonObject) : null, // whoever does not hold the case reads the words on the colleague's phone
    madeAt: act.at,
    number,
    place,
    by: '',
    isOnServer: true,
  }
}

/** An act that was scanned; null if the line is no act that two officers sign. */
export async function readAct(device: Device, act: Act): Promise<ReadAct | null> {
  const said = JSON.parse(act.line) as Mutation & { name: string; entity: { type: string; id: string } }
  const { type, id } = said.entity
  if (!isSubjectType(type) || !isAct(said.name)) return null
  const { number, place } = await heldCase(device, { type, id })
  return {
    subject: { type, id },
    digest: act.digest,
    name: said.name,
    args: said.args,
    madeAt: said.made_at.wall,
    number,
    place,
    by: act.by,
    isOnServer: false,
  }
}

/** Of a case that this device does not hold, nothing is known: the server checks the pair in any case. */
export async function obstacleOf(device: Device, act: ReadAct | null, subject: Subject | null, personId: string): Promise<Obstacle | null> {
  if (subject === null) return null
  const { record } = await heldCase(device, subject)
  if (record === null) return null
  if (!record.officer_ids.slice(0, 2).includes(personId)) return 'not_yours'
  const isOwn = act?.isOnServer ? record.pending_act?.by === personId : (await ownDigests(device, subject.id)).includes(act?.digest ?? '')
  return isOwn ? 'own_act' : null
}

async function ownDigests(device: Device, id: string): Promise<string[]> {
  const lines = (await device.outbox()).filter((line) => line.entityId === id)
  return Promise.all(lines.map((line) => device.digest(line)))
}
