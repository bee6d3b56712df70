import { Base } from './base'
import { newId } from './ids'
import { newDeviceKey } from './keys'
import { Outbox } from './outbox'
import { PhotoStore } from './photoStore'
import type { Json, JsonObject, Mutation, Row, Sealed, Shown } from './types'
import type { Settled } from './values'
import type { Vault } from './vault'

const NOTHING: Settled = { base: '', settled: 0, whole: 0 }

/** The three databases of one person on this device, and what they say together. */
export class Store {
  readonly outbox: Outbox
  readonly base: Base
  readonly photos: PhotoStore

  constructor(
    readonly partition: string,
    readonly vault: Vault,
  ) {
    this.outbox = new Outbox(partition)
    this.base = new Base(partition, () => vault)
    this.photos = new PhotoStore(partition)
  }

  async close(): Promise<void> {
    await Promise.all([this.outbox.close(), this.base.close(), this.photos.close()])
  }

  async destroy(): Promise<void> {
    await Promise.all([this.outbox.destroy(), this.base.destroy(), this.photos.destroy()])
  }

  queue(): Promise<string> {
    return this.outbox.values.kept('queue', () => newId())
  }

  key(): Promise<CryptoKeyPair> {
    return this.outbox.values.kept('key', newDeviceKey)
  }

  // ---- what the base shows of our lines ----

  /** Up to which of our lines: by the last checkpoint in this queue and epoch, else by what earlier queues left. */
  async settled(): Promise<Settled> {
    const { values } = this.outbox
    const [base, shown] = [await this.base.id(), await this.base.values.get('shown')]
    if (shown && shown.queue === (await this.queue()) && shown.epoch === (await values.get('epoch'))) {
      return { base, settled: shown.settled, whole: shown.whole }
    }
    const floor = await values.get('floor')
    return floor?.base === base ? floor : NOTHING
  }

  /**
   * What the base does not show yet.
   *
   * At a checkpoint while a scope was beginning, lines wait on a record whose row, as they made it, may still come. The rows
   * of a snapshot are of an earlier moment than the checkpoint, until the next page brings them up to date.
   */
  async overlay(entityType?: string, entityId?: string): Promise<Sealed[]> {
    const { settled, whole } = await this.settled()
    const found: Sealed[] = []
    const early = await this.base.ofSnapshots()
    for (const line of await this.outbox.unsettled(early.size > 0 ? 0 : whole)) {
      if ((entityType ?? line.entityType) !== line.entityType || (entityId ?? line.entityId) !== line.entityId) continue
      const open = line.outcome === null || line.seq > settled
      const made = Math.max(line.result?.revision ?? 0, 1)
      if (line.outcome !== null && line.seq <= whole) {
        const rows = await this.base.rows(line.entityType, line.entityId)
        if (rows.some((row) => early.has(row.scope)) && rows.every((row) => row.revision < made)) found.push(line)
      } else if (open || (await this.base.revision(line.entityType, line.entityId)) < made) found.push(line)
    }
    return found
  }

  /** Of a record the highest revision, then the largest projection, with the overlay. Raises Locked. */
  async shown(entityType: string, entityId: string): Promise<Shown | null> {
    return shownOf(entityId, await this.base.rows(entityType, entityId), await this.overlay(entityType, entityId))
  }

  async allShown(entityType: string): Promise<Shown[]> {
    const records = new Map<string, { rows: Row[]; overlay: Sealed[] }>()
    const record = (id: string): { rows: Row[]; overlay: Sealed[] } => {
      const known = records.get(id) ?? { rows: [], overlay: [] }
      records.set(id, known)
      return known
    }
    for (const row of await this.base.rows(entityType)) record(row.id).rows.push(row)
    for (const line of await this.overlay(entityType)) record(line.entityId).overlay.push(line)
    return [...records].flatMap(([id, { rows, overlay }]) => shownOf(id, rows, overlay) ?? [])
  }

  // ---- other histories ----

  /**
   * The server's history is another one now: what it lost is sent again, what it has is asked for from the start.
   *
   * The base first: dying in between, we meet the epoch once more, and that changes nothing.
   */
  async beginEpoch(epoch: string): Promise<void> {
    await this.base.leaveHistory()
    await this.outbox.beginEpoch(epoch)
  }

  async beginQueue(queue: string): Promise<void> {
    await this.outbox.beginQueue(queue, await this.settled())
  }

  async forgetSafe(): Promise<number> {
    const durableSeq = (await this.outbox.values.get('durableSeq')) ?? 0
    return this.outbox.forgetSafe(durableSeq, (await this.settled()).whole)
  }
}

export function mutationOf(sealed: Sealed): Mutation {
  return JSON.parse(sealed.line) as Mutation
}

/**
 * A record as the person sees it.
 *
 * A creation that is not in the base yet is shown by its arguments, at revision 0; other acts on a record that is not here
 * show nothing. Later acts change the fields that they name; no sealed line is ever rewritten.
 */
export function shownOf(id: string, rows: readonly Row[], overlay: readonly Sealed[]): Shown | null {
  const best = rows.reduce<Row | null>((one, other) => (one === null || isBetter(other, one) ? other : one), null)
  const acts = overlay.map(mutationOf)
  let fields: JsonObject
  if (best) fields = { id: best.id, revision: best.revision, ...best.data }
  else if (acts[0]?.base.revision === 0) fields = { id, revision: 0, ...acts[0].args }
  else return null
  for (const act of acts) for (const [field, [, value]] of Object.entries(act.changes)) fields[field] = value as Json
  const waiting = overlay.filter((sealed) => sealed.outcome === null).map((sealed) => sealed.name)
  return { ...fields, waiting } as unknown as Shown
}

function isBetter(row: Row, than: Row): boolean {
  if (row.revision !== than.revision) return row.revision > than.revision
  return Object.keys(row.data).length > Object.keys(than.data).length
}
