import type { components } from '@/generated/api'

/** What JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
export type JsonObject = { [name: string]: Json }

/** What becomes of a mutation; it never changes (docs/sync-protocol.md 1). */
export type Outcome = 'applied' | 'merged' | 'noop' | 'conflict' | 'rejected' | 'parked'

/** The receipt of one mutation as the server answered it. */
export interface Result {
  readonly kind: 'result'
  readonly seq: number
  readonly mid: string
  readonly outcome: Outcome
  readonly revision?: number | null
  readonly issues?: readonly string[]
  readonly duplicate?: boolean
  readonly code?: string // why it was rejected or parked: a code of docs/problems.md
  readonly title?: string
  readonly explained?: JsonObject
  readonly errors?: readonly FieldError[]
}

export interface FieldError {
  readonly field: string // dotted path
  readonly code: string
  readonly message: string
}

/** One sealed mutation and what became of it (null: not acknowledged yet). `line` is its exact text, for ever. */
export interface Sealed {
  readonly seq: number // counts all that this device ever sealed
  readonly mid: string
  readonly name: string
  readonly entityType: string
  readonly entityId: string
  readonly line: string
  readonly outcome: Outcome | null
  readonly result: Result | null
  readonly acknowledgedAt: string | null // by the server's clock
}

/** What a sealed line says, as far as the client reads it again. */
export interface Mutation {
  readonly mid: string
  readonly base: { readonly revision: number }
  readonly changes: { readonly [field: string]: readonly [Json, Json] }
  readonly args: JsonObject
  readonly made_at: { readonly wall: string }
}

/** One record of the base as one scope shows it. */
export interface Row {
  readonly scope: string
  readonly type: string
  readonly id: string
  readonly revision: number
  readonly data: JsonObject
}

/** A record as the person sees it: the base with the overlay of what is under way. */
export interface Shown {
  readonly id: string
  readonly revision: number // 0: not in the base yet
  readonly waiting: readonly string[] // names of acts that the server has not answered
  readonly [field: string]: Json | readonly string[]
}

/** A photo that waits to be sent, without its bytes. */
export interface Photo {
  readonly id: string
  readonly role: string
  readonly contentType: string
  readonly sizeBytes: number
  readonly sha256: string // hexadecimal
  readonly capturedAt: string | null
  readonly addedAt: string // by the device's clock
  readonly url: string | null // where it is sent to, once the server said so
  readonly refused: string | null // the code of a refusal for good; it stays here until a person drops it
}

/** Who is signed in, as the server's answer to the sign-in says it. */
export type SessionUser = components['schemas']['Me']
/** The server's answer to a sign-in or a refresh. */
export type OpenedSession = components['schemas']['Opened']
/** One of `{phone, code}`, `{username, password, totp}`, `{provider, code, state}`; a guest has a partition of his own. */
export type Credentials = Omit<components['schemas']['OpenSession'], 'install'>

/** Why nothing moves: no network here, no answer from there, a refusal, too many at once, nobody signed in. */
export type Trouble = 'offline' | 'server_away' | 'refused' | 'busy' | 'signed_out'

/** What has not been handed in yet. */
export interface Waiting {
  readonly acts: number
  readonly photos: number
  readonly since: string | null // when the oldest of it was saved, by the device's clock
  readonly why: Trouble | null // null: nothing stands in the way, as far as we know
  readonly code: string | null // the code of the refusal
  readonly retryAt: string | null
  readonly refusedPhotos: number // of `photos`: the server will never take them
  readonly isSending: boolean // a round is under way, in this tab or another one
}

/** How the browser keeps what we store. */
export interface StorageState {
  readonly persistent: boolean | null // null: the browser does not say
  readonly usedBytes: number | null
  readonly quotaBytes: number | null
}

/** What changed, in this tab or another one. */
export type Change =
  | { readonly kind: 'saved' } // something new is in the outbox
  | { readonly kind: 'receipts' } // outcomes have arrived, or lines were forgotten
  | { readonly kind: 'photos' }
  | { readonly kind: 'base'; readonly types: readonly string[] } // records of these types; empty: any
  | { readonly kind: 'session' } // signed in, signed out, or ended by the server
  | { readonly kind: 'lock' } // the base was locked or unlocked
  | { readonly kind: 'round'; readonly isSending: boolean } // a round began or ended

export type Listener = (change: Change) => void

/** One line of a pull's answer. */
export type Line =
  | { readonly kind: 'hello'; readonly epoch: string; readonly server_time: string; readonly last_seq: number; readonly durable_seq: number }
  | ScopeLine
  | RowLine
  | { readonly kind: 'cursor'; readonly cursor: string }
  | { readonly kind: 'drop'; readonly key: string }
  | SnapshotLine
  | EndLine

export interface ScopeLine {
  readonly kind: 'scope'
  readonly key: string
  readonly action: 'begin' | 'continue' | 'resync'
  readonly to: number
  readonly whole: boolean
}

export interface RowLine {
  readonly kind: 'row'
  readonly type: string
  readonly id: string
  readonly revision: number
  readonly hash?: string
  readonly data?: JsonObject
  readonly gone?: string
}

export interface SnapshotLine {
  readonly kind: 'snapshot'
  readonly key: string
  readonly id: string
  readonly chunks: readonly { readonly sha256: string; readonly bytes: number; readonly rows: number }[]
}

export interface EndLine {
  readonly kind: 'end'
  readonly more: boolean
  readonly checkpoint: boolean
  readonly cursor: string
  readonly digests: { readonly [scope: string]: readonly [number, number, string] }
  readonly retry_seconds: number
}
