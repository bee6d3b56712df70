import { createHash, randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { NoNetwork } from '@/offline'
import type { Answer, Sent, Transport } from '@/offline'

type Json = Record<string, any> // the wire, seen from outside
type Reply = { status: number; body: Uint8Array | string | Json | null; headers?: Record<string, string> }

interface FeedRow {
  position: number
  type: string
  id: string
  revision: number
  data: Json | null // null: gone
  hash: string
}

interface Scope {
  head: number
  rows: Map<string, FeedRow>
}

interface Queue {
  owner: string
  install: string
  lastSeq: number
  durableSeq: number
  results: { sha256: string; result: Json }[]
}

interface Session {
  user: Json
  install: string
  access: string
  refresh: string[] // by generation; the last one used and its successors
  used: number
}

/** Enough of the server to answer a device: docs/sync-protocol.md, in memory. A test may lose, cut or change its answers. */
export class FakeServer implements Transport {
  sent: string[] = []
  bodies: string[] = []
  tampers: ((answer: Answer, request: Sent) => Answer)[] = [] // one for each of the next answers
  before: ((request: Sent) => Sent)[] = [] // one for each of the next requests
  epoch: string = randomUUID()
  now = Date.parse('2026-11-26T08:00:00Z')
  snapshotRows = Infinity
  rowsAChunk = 5
  cursorEveryBytes = 300
  wiped = new Set<string>()
  scopes = new Map<string, Scope>()
  visible = new Map<string, Set<string>>() // user -> scopes
  queues = new Map<string, Queue>()
  receipts = new Map<string, { sha256: string; result: Json }>() // `owner mid`
  sessions: Session[] = []
  uploads = new Map<string, { mediaId: string; sha256: string; length: number; bytes: Buffer }>()
  media = new Map<string, Buffer>()
  rescued: Buffer[] = []
  private chunks = new Map<string, Buffer>()
  private adopted = new Map<string, { scope: string; upto: number }>()

  async send(request: Sent): Promise<Answer> {
    this.sent.push(request.path)
    this.bodies.push(request.body ? new TextDecoder().decode(request.body) : '')
    const changed = this.before.length ? this.before.shift()!(request) : request
    const reply = this.answer(changed)
    const body =
      reply.body === null ? new Uint8Array() : typeof reply.body === 'string' ? Buffer.from(reply.body)
        : reply.body instanceof Uint8Array ? reply.body : Buffer.from(JSON.stringify(reply.body))
    const answer: Answer = { status: reply.status, headers: new Headers(reply.headers ?? {}), body: new Uint8Array(body) }
    return this.tampers.length ? this.tampers.shift()!(answer, request) : answer
  }

  // ---- what tests say of the world ----

  show(scope: string, type: string, id: string, data: Json | null, revision?: number): void {
    const { rows } = this.scope(scope)
    const before = rows.get(`${type} ${id}`)
    const next = { type, id, data, revision: revision ?? (before?.revision ?? 0) + 1 }
    const hash = createHash('sha256').update(JSON.stringify(next)).digest('hex').slice(0, 16)
    rows.set(`${type} ${id}`, { ...next, hash, position: ++this.scope(scope).head })
  }

  forgetRow(scope: string, type: string, id: string): void {
    this.scope(scope).rows.delete(`${type} ${id}`)
  }

  scope(key: string): Scope {
    const known = this.scopes.get(key) ?? { head: 0, rows: new Map() }
    this.scopes.set(key, known)
    return known
  }

  scopesOf(userId: string): Set<string> {
    const known = this.visible.get(userId) ?? new Set([`reporter:${userId}#own`])
    this.visible.set(userId, known)
    return known
  }

  expireTokens(): void {
    for (const session of this.sessions) session.access = randomUUID()
  }

  // ---- the door ----

  private answer(request: Sent): Reply {
    const path = request.path.replace('/api/v1', '')
    const json = (): Json => JSON.parse(new TextDecoder().decode(request.body!))
    if (path === '/auth/sessions') return this.signIn(json())
    if (path === '/auth/sessions/refresh') return this.refresh(json())
    const bearer = (request.headers['Authorization'] ?? request.headers['authorization'] ?? '').replace('Bearer ', '')
    const session = this.sessions.find((one) => one.access === bearer)
    if (!session) return problem(401, 'unauthenticated')
    if (this.wiped.has(session.install)) return problem(403, 'wipe')
    if (path === '/auth/sessions/current') {
      this.sessions = this.sessions.filter((one) => one !== session)
      return { status: 204, body: null }
    }
    if (path === '/me') return { status: 200, body: session.user }
    if (path === '/sync/register') return this.register(session, json())
    if (path === '/sync/push') return this.push(session, request)
    if (path === '/sync/pull') return this.pull(session, json())
    if (path === '/sync/rescue') {
      this.rescued.push(Buffer.from(request.body!))
      return { status: 201, body: {} }
    }
    if (path.startsWith('/sync/snapshots/')) {
      const chunk = this.chunks.get(path.split('/').pop()!)
      return chunk ? { status: 200, body: chunk } : problem(404, 'not_found')
    }
    if (path.startsWith('/uploads')) return this.upload(request, path)
    return problem(404, 'not_found')
  }

  private signIn(body: Json): Reply {
    const kind = body.guest ? 'guest' : body.username ? 'staff' : 'citizen'
    const id = body.guest ? randomUUID() : `00000000-0000-7000-8000-${String(body.phone ?? body.username).padStart(12, '0')}`
    if (this.wiped.has(body.install)) return problem(403, 'wipe')
    const session: Session = { user: { id, kind, name: '甲' }, install: body.install, access: randomUUID(), refresh: [randomUUID()], used: 0 }
    this.sessions.push(session)
    return { status: 201, body: opened(session, session.refresh[0]!) }
  }

  private refresh(body: Json): Reply {
    const session = this.sessions.find((one) => one.refresh.includes(body.refresh_token))
    const generation = session?.refresh.indexOf(body.refresh_token) ?? -1
    if (!session || session.install !== body.install || generation < session.used) return problem(401, 'unauthenticated')
    session.used = generation
    session.refresh = [...session.refresh.slice(0, generation + 1), randomUUID()]
    session.access = randomUUID()
    return { status: 200, body: opened(session, session.refresh[generation + 1]!) }
  }

  private register(session: Session, body: Json): Reply {
    const known = this.queues.get(body.queue)
    if (known && (known.owner !== session.user.id || known.install !== body.install)) return problem(403, 'queue_owner')
    const queue = known ?? { owner: session.user.id, install: body.install, lastSeq: 0, durableSeq: 0, results: [] }
    this.queues.set(body.queue, queue)
    const limits = { push_mutations: 200, push_bytes: 262144, pull_bytes: 524288, line_bytes: 65536, poll_seconds: 300 }
    const state = { last_seq: queue.lastSeq, durable_seq: queue.durableSeq, epoch: this.epoch, server_time: this.time(), skew_ms: 0 }
    return { status: 200, body: { queue: body.queue, ...state, limits } }
  }

  private time(): string {
    return new Date(this.now).toISOString()
  }

  // ---- push ----

  private push(session: Session, request: Sent): Reply {
    const body = Buffer.from(request.body!)
    const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
    if (request.headers['Content-Digest'] !== digest) return problem(400, 'torn_body')
    const [head, ...lines] = body.toString().trimEnd().split('\n')
    const said: Json = JSON.parse(head!)
    const queue = this.queues.get(said.queue)
    if (!queue || queue.owner !== session.user.id) return problem(404, 'not_found')
    if (said.epoch !== this.epoch) return problem(409, 'epoch', { epoch: this.epoch, last_seq: queue.lastSeq })
    if (said.first_seq > queue.lastSeq + 1) return problem(409, 'gap', { expected_seq: queue.lastSeq + 1 })
    const results: Json[] = []
    for (const [place, line] of lines.entries()) {
      const seq = said.first_seq + place
      const sha256 = createHash('sha256').update(line).digest('hex')
      const known = queue.results[seq - 1]
      if (known && known.sha256 !== sha256) return problem(409, 'fork', { seq })
      if (known) results.push({ ...known.result, seq, duplicate: true })
      else results.push(this.take(session, queue, seq, line, sha256))
    }
    const ack = { kind: 'ack', last_seq: queue.lastSeq, durable_seq: queue.durableSeq }
    return ndjson([...results, ack])
  }

  private take(session: Session, queue: Queue, seq: number, line: string, sha256: string): Json {
    const mutation: Json = JSON.parse(line)
    const key = `${session.user.id} ${mutation.mid}`
    const known = this.receipts.get(key)
    const result = known?.result ?? { kind: 'result', mid: mutation.mid, issues: [], ...this.perform(session, mutation) }
    this.receipts.set(key, { sha256, result })
    queue.results[seq - 1] = { sha256, result }
    queue.lastSeq = seq
    return { ...result, seq, duplicate: known !== undefined }
  }

  private perform(session: Session, { name, entity, args, changes }: Json): Json {
    const own = `reporter:${session.user.id}#own`
    if (name === 'hazard.submit') {
      this.scopesOf(session.user.id)
      this.show(own, 'hazard', entity.id, { state: 'SUBMITTED', description: args.description ?? '', photo_ids: args.photos ?? [] })
      return { outcome: 'applied', revision: 1 }
    }
    const held = [...this.scopesOf(session.user.id)].find((scope) => this.scope(scope).rows.has(`hazard ${entity.id}`))
    if (name === 'hazard.edit' && held) {
      const now = this.scope(held).rows.get(`hazard ${entity.id}`)!
      const fields = Object.fromEntries(Object.entries(changes as Json).map(([field, pair]) => [field, pair[1]]))
      this.show(held, 'hazard', entity.id, { ...now.data, ...fields })
      return { outcome: 'applied', revision: now.revision + 1 }
    }
    return name === 'hazard.start' ? { outcome: 'rejected', code: 'illegal_transition' } : { outcome: 'parked', code: 'unknown_name' }
  }

  // ---- pull ----

  private pull(session: Session, body: Json): Reply {
    const queue = this.queues.get(body.queue)
    if (!queue || queue.owner !== session.user.id) return problem(404, 'not_found')
    let places: Record<string, number> = {}
    if (body.cursor !== null) {
      try {
        const cursor: Json = JSON.parse(body.cursor)
        if (cursor.epoch !== this.epoch) return problem(409, 'epoch', { epoch: this.epoch, last_seq: queue.lastSeq })
        places = cursor.places
      } catch {
        return problem(400, 'bad_cursor')
      }
    }
    return ndjson(this.page(session, queue, body, places))
  }

  private page(session: Session, queue: Queue, body: Json, places: Record<string, number>): Json[] {
    const mine = this.scopesOf(session.user.id)
    const lines: Json[] = [{ kind: 'hello', epoch: this.epoch, server_time: this.time(), last_seq: queue.lastSeq, durable_seq: queue.durableSeq }]
    const cursor = (): string => JSON.stringify({ epoch: this.epoch, places })
    for (const key of Object.keys(places)) {
      if (mine.has(key)) continue
      delete places[key]
      lines.push({ kind: 'drop', key, reason: 'reassigned' })
    }
    for (const id of body.adopted) {
      const offer = this.adopted.get(id)
      if (offer) places[offer.scope] = offer.upto
    }
    let [bytes, more] = [0, false]
    for (const key of [...mine].sort()) {
      const scope = this.scope(key)
      const refilled = body.refill.includes(key)
      const [from, begins] = [refilled ? 0 : (places[key] ?? 0), refilled || places[key] === undefined]
      const due = [...scope.rows.values()].filter((row) => row.position > from).sort((a, b) => a.position - b.position)
      if (begins && body.snapshots && due.length > this.snapshotRows) {
        lines.push(this.snapshot(key, scope, due))
        more = true
        continue
      }
      if (!begins && due.length === 0) continue
      if (more && begins) continue
      const taken = due.filter((row, place) => place === 0 && bytes === 0 || (bytes += JSON.stringify(row).length) <= body.max_bytes)
      const whole = taken.length === due.length
      lines.push({ kind: 'scope', key, action: begins ? (refilled ? 'resync' : 'begin') : 'continue', from, to: scope.head, whole })
      let sinceCursor = 0
      for (const row of taken) {
        const { type, id, revision, hash, data } = row
        lines.push(data === null ? { kind: 'row', type, id, revision, gone: 'left' } : { kind: 'row', type, id, revision, hash, data })
        places = { ...places, [key]: row.position }
        sinceCursor += JSON.stringify(row).length
        if (sinceCursor > this.cursorEveryBytes) {
          lines.push({ kind: 'cursor', cursor: cursor() })
          sinceCursor = 0
        }
      }
      places = { ...places, [key]: whole ? scope.head : (places[key] ?? 0) }
      if (!whole) more = true
    }
    lines.push({ kind: 'end', more, checkpoint: !more, cursor: cursor(), digests: this.digests(more ? [] : Object.keys(places)), retry_seconds: 300 })
    return lines
  }

  private digests(keys: string[]): Json {
    return Object.fromEntries(
      keys.map((key) => {
        const live = [...this.scope(key).rows.values()].filter((row) => row.data !== null)
        const sum = live.reduce((total, row) => BigInt.asUintN(64, total + BigInt(`0x${row.hash}`)), 0n)
        return [key, [this.scope(key).head, live.length, sum.toString(16)]]
      }),
    )
  }

  private snapshot(key: string, scope: Scope, rows: FeedRow[]): Json {
    const chunks: Json[] = []
    for (let place = 0; place < rows.length; place += this.rowsAChunk) {
      const some = rows.slice(place, place + this.rowsAChunk)
      const text = some.map(({ type, id, revision, hash, data }) => JSON.stringify({ kind: 'row', type, id, revision, hash, data }))
      const packed = gzipSync(`${text.join('\n')}\n`)
      const sha256 = createHash('sha256').update(packed).digest('hex')
      this.chunks.set(sha256, packed)
      chunks.push({ sha256, bytes: packed.length, rows: some.length })
    }
    const id = [...this.adopted].find(([, offer]) => offer.scope === key && offer.upto === scope.head)?.[0] ?? randomUUID()
    this.adopted.set(id, { scope: key, upto: scope.head })
    return { kind: 'snapshot', key, id, upto: scope.head, chunks }
  }

  // ---- photos (tus 1.0.0) ----

  private upload(request: Sent, path: string): Reply {
    if (request.headers['Tus-Resumable'] !== '1.0.0') return problem(412, 'upload_protocol_version')
    if (request.method === 'POST') return this.announce(request)
    const upload = this.uploads.get(path.split('/').pop()!)
    if (!upload) return problem(404, 'not_found')
    if (request.method === 'PATCH') {
      if (Number(request.headers['Upload-Offset']) !== upload.bytes.length) return problem(409, 'upload_offset')
      upload.bytes = Buffer.concat([upload.bytes, request.body!])
      if (upload.bytes.length === upload.length) {
        if (createHash('sha256').update(upload.bytes).digest('hex') !== upload.sha256) return problem(460, 'digest_mismatch')
        if (upload.bytes.toString().includes('no photo')) return problem(422, 'not_an_image')
        this.media.set(upload.mediaId, upload.bytes)
      }
    }
    const headers = { 'Upload-Offset': String(upload.bytes.length), 'Upload-Length': String(upload.length) }
    return { status: request.method === 'HEAD' ? 200 : 204, body: null, headers }
  }

  private announce(request: Sent): Reply {
    const said = Object.fromEntries(
      request.headers['Upload-Metadata']!.split(',').map((pair) => {
        const [name, value] = pair.trim().split(' ')
        return [name, Buffer.from(value!, 'base64').toString()]
      }),
    ) as Json
    if (this.media.has(said.media_id)) return problem(409, 'media_already_stored')
    const token = [...this.uploads].find(([, upload]) => upload.mediaId === said.media_id)?.[0] ?? randomUUID()
    const length = Number(request.headers['Upload-Length'])
    if (!this.uploads.has(token)) this.uploads.set(token, { mediaId: said.media_id, sha256: said.sha256, length, bytes: Buffer.alloc(0) })
    return { status: 201, body: null, headers: { Location: `/api/v1/uploads/${token}` } }
  }
}

function opened(session: Session, refresh: string): Json {
  return { access_token: session.access, refresh_token: refresh, expires_in: 600, user: session.user }
}

function ndjson(lines: Json[]): Reply {
  return { status: 200, body: lines.map((line) => `${JSON.stringify(line)}\n`).join(''), headers: { 'content-type': 'application/x-ndjson' } }
}

export function problem(status: number, code: string, data: Json = {}): Reply {
  return { status, body: { type: `/problems/${code}`, title: '', status, ...data }, headers: { 'content-type': 'application/problem+json' } }
}

/** A refusal in the place of an answer. */
export function refusing(status: number, code: string, data: Json = {}): () => Answer {
  return () => ({ status, headers: new Headers(), body: new Uint8Array(Buffer.from(JSON.stringify(problem(status, code, data).body))) })
}

/** The server did it; the device never hears of it. */
export const lost = (): never => {
  throw new NoNetwork('lost')
}

/** The answer ends after that many bytes. */
export const cut = (length: number) => (answer: Answer): Answer => ({ ...answer, body: answer.body.slice(0, length) })

export const same = (answer: Answer): Answer => answer

