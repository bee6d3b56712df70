import type { Schemas } from '@/app/http'
import { Locked, type Device, type FieldError, type Photo, type Row, type Sealed, type Waiting } from '@/offline'

/** Something of this person's that a person has to look at. */
export interface TrayItem {
  readonly id: string // of the issue, or of the act where there is none
  readonly issueId: string | null
  readonly kind: string // parked, rejected, fault, conflict, reassigned
  readonly act: string
  readonly code: string
  readonly reason: string | null // of a condition that was not met
  readonly fields: readonly FieldError[]
  readonly subjectType: string | null
  readonly subjectId: string | null
  readonly at: string
}

export type Issue = Schemas['IssueRecord'] & { readonly id: string; readonly revision: number; readonly waiting: readonly string[] }

export interface WaitingAct {
  readonly sealed: Sealed
  readonly savedAt: string
  readonly place: string
}

/** A photo, and whose device sends it: a guest's own, or the person's. */
export interface WaitingPhoto extends Photo {
  readonly partition: string
}

export type WaitingSum = Pick<Waiting, 'acts' | 'photos' | 'since' | 'why' | 'code' | 'retryAt'>

/** Everything that the page of sync shows. */
export interface SyncFacts {
  readonly waiting: WaitingSum
  readonly contactAt: number | null
  readonly acts: readonly WaitingAct[]
  readonly photos: readonly WaitingPhoto[]
  readonly recent: readonly WaitingAct[]
  readonly tray: readonly TrayItem[]
  readonly limbo: readonly Row[]
  readonly isLocked: boolean
}

const RECENT = 8

/** Of whoever is signed in, and of the reports that guests left here: all of it goes out from this device. */
export async function factsOf(own: Device | null, devices: readonly Device[]): Promise<SyncFacts> {
  const lines = (await Promise.all(devices.map((device) => device.outbox()))).flat()
  const photos = (await Promise.all(devices.map(photosOf))).flat()
  const contacts = await Promise.all(devices.map((device) => device.store.outbox.values.get('contactAt')))
  const contactAt = Math.max(0, ...contacts.map((at) => at ?? 0))
  const waiting = together(await Promise.all(devices.map((device) => device.waiting())))
  const base = own ? await baseOf(own, own.user?.id ?? null) : { issues: [], limbo: [], places: new Map<string, string>() }
  const described = (sealed: Sealed): WaitingAct => ({ sealed, savedAt: savedAt(sealed), place: base?.places.get(sealed.entityId) ?? '' })
  return {
    waiting,
    contactAt: contactAt || null,
    acts: lines.filter((line) => line.outcome === null).map(described),
    photos,
    recent: lines.filter((line) => line.outcome !== null).slice(-RECENT).reverse().map(described),
    tray: trayOf(own ? await own.outbox() : [], base?.issues ?? []),
    limbo: base?.limbo ?? [],
    isLocked: base === null,
  }
}

async function photosOf(device: Device): Promise<WaitingPhoto[]> {
  return (await device.photos()).map((photo) => ({ ...photo, partition: device.partition }))
}

function together(all: readonly Waiting[]): WaitingSum {
  const held = all.find((one) => one.acts + one.photos > 0 && one.why !== null)
  return {
    acts: all.reduce((sum, one) => sum + one.acts, 0),
    photos: all.reduce((sum, one) => sum + one.photos, 0),
    since: all.flatMap((one) => one.since ?? []).sort()[0] ?? null,
    why: held?.why ?? null,
    code: held?.code ?? null,
    retryAt: held?.retryAt ?? null,
  }
}

/** What the base adds: issues, rows in limbo, and where the cases are. Null while it is locked; acts are shown all the same. */
async function baseOf(device: Device, personId: string | null): Promise<{ issues: Issue[]; limbo: Row[]; places: Map<string, string> } | null> {
  try {
    const issues = (await device.allShown('issue')) as unknown as Issue[]
    const hazards = await device.allShown('hazard')
    const places = new Map(hazards.map((hazard) => [hazard.id, String(hazard['place_name'] ?? hazard['number'] ?? '')]))
    for (const order of await device.allShown('rectification')) places.set(order.id, String(order['unit_name'] || places.get(String(order['hazard_id'])) || ''))
    return { issues: issues.filter((issue) => personId !== null && (issue.author_id === personId || issue.loser_ids?.includes(personId))), limbo: await device.limbo(), places }
  } catch (error) {
    if (error instanceof Locked) return null
    throw error
  }
}

/** Open issues of this person, and what was refused before its issue came down. */
export function trayOf(lines: readonly Sealed[], issues: readonly Issue[]): TrayItem[] {
  const settled = new Set(issues.filter((issue) => issue.state !== 'open').map((issue) => issue.mid))
  const decided = new Set(lines.filter((line) => line.name === 'issue.discard' && line.outcome !== 'rejected').map((line) => line.entityId))
  const open = issues.filter((issue) => issue.state === 'open' && !decided.has(issue.id))
  const known = new Set(issues.map((issue) => issue.mid))
  const bare = lines.filter(
    (line) => (line.outcome === 'rejected' || line.outcome === 'parked') && !known.has(line.mid) && !settled.has(line.mid) && !line.result?.issues?.some((id) => decided.has(id)),
  )
  const byMid = new Map(lines.map((line) => [line.mid, line]))
  return [...open.map((issue) => fromIssue(issue, byMid.get(issue.mid ?? ''))), ...bare.map(fromLine)].sort((one, other) => (one.at < other.at ? 1 : -1))
}

/** An issue as it is listed; the line that it came from says more, where this device has it. */
export function fromIssue(issue: Omit<Issue, 'revision' | 'waiting'>, line?: Sealed): TrayItem {
  const explained = issue.losing !== null && 'explained' in issue.losing ? (issue.losing.explained as Record<string, unknown>) : {}
  return {
    id: issue.id,
    issueId: issue.id,
    kind: issue.issue_kind,
    act: issue.mutation,
    code: issue.reason,
    reason: typeof explained['reason'] === 'string' ? explained['reason'] : null,
    fields: line?.result?.errors ?? errorsIn(explained),
    subjectType: issue.subject_type,
    subjectId: issue.subject_id,
    at: issue.created_at,
  }
}

function errorsIn(explained: Record<string, unknown>): readonly FieldError[] {
  return Array.isArray(explained['errors']) ? (explained['errors'] as FieldError[]) : []
}

function fromLine(line: Sealed): TrayItem {
  const explained = line.result?.explained ?? {}
  return {
    id: line.mid,
    issueId: line.result?.issues?.[0] ?? null,
    kind: line.outcome ?? '',
    act: line.name,
    code: line.result?.code ?? '',
    reason: typeof explained['reason'] === 'string' ? explained['reason'] : null,
    fields: line.result?.errors ?? [],
    subjectType: line.entityType,
    subjectId: line.entityId,
    at: line.acknowledgedAt ?? savedAt(line),
  }
}

export function savedAt(line: Sealed): string {
  return (JSON.parse(line.line) as { made_at: { wall: string } }).made_at.wall
}
