import { NoNetwork, Refused } from './errors'
import { exclusively } from './locks'
import { utf8 } from './ids'
import { publicJwk } from './keys'
import type { Store } from './store'
import type { Answer, Transport } from './transport'
import type { Change, Json, JsonObject, OpenedSession } from './types'

export const API = '/api/v1'
export const SCHEMA = 1

export interface Registered {
  readonly epoch: string
  readonly server_time: string
  readonly skew_ms: number | null
  readonly limits: { readonly line_bytes: number; readonly push_mutations: number; readonly poll_seconds: number }
}

interface Options {
  readonly token?: boolean // false: without the access token
  readonly headers?: { readonly [name: string]: string }
}

/** One queue's traffic with the server. Whatever is cut off or refused, the outbox keeps its lines. */
export class Exchange {
  constructor(
    readonly store: Store,
    private readonly transport: Transport,
    readonly install: () => Promise<string>,
    readonly tell: (change: Change) => void,
    private readonly about: { platform: string; appVersion: string; now: () => number },
  ) {}

  /** One request of the HTTP API; the decoded JSON. An expired access token is refreshed once. Raises Refused, NoNetwork. */
  async call(method: string, path: string, body?: unknown, options: Options = {}): Promise<Json> {
    const content = body === undefined ? null : utf8(JSON.stringify(body))
    const headers = { ...(content ? { 'Content-Type': 'application/json' } : {}), ...options.headers }
    return decoded(await this.authorised(method, path, content, headers, options.token))
  }

  /** One request with the access token. Raises Refused for every answer from 400 on; a lost phone forgets its base first. */
  async authorised(
    method: string,
    path: string,
    body: Uint8Array<ArrayBuffer> | null,
    headers: { readonly [name: string]: string },
    token = true,
  ): Promise<Answer> {
    const answer = await this.attempt(method, path, body, headers, token)
    if (answer.status < 400) return answer
    const refused = refusalOf(answer)
    if (refused.code === 'wipe') {
      await this.store.base.forget()
      this.tell({ kind: 'base', types: [] })
    }
    throw refused
  }

  /** The same, whatever the status. */
  async attempt(
    method: string,
    path: string,
    body: Uint8Array<ArrayBuffer> | null,
    headers: { readonly [name: string]: string },
    token = true,
  ): Promise<Answer> {
    const access = token ? await this.store.outbox.values.get('accessToken') : undefined
    const send = (bearer: string | undefined): Promise<Answer> => {
      const sent = bearer ? { ...headers, Authorization: `Bearer ${bearer}` } : headers
      return this.transport.send({ method, path: API + path, headers: sent, body })
    }
    const answer = await send(access)
    if (answer.status !== 401 || !token || !(await this.store.outbox.values.get('refreshToken'))) return answer
    return send(await this.freshToken(access))
  }

  // ---- the session ----

  /** An access token other than this one: another tab may have been quicker. Raises Refused. */
  private freshToken(used: string | undefined): Promise<string> {
    return exclusively(`fire-refresh-${this.store.partition}`, async () => {
      const stored = await this.store.outbox.values.get('accessToken')
      return stored !== undefined && stored !== used ? stored : (await this.refresh()).access_token
    })
  }

  /** New tokens. The old refresh token stays valid until its successor is first used, so a lost answer harms nothing. */
  private async refresh(): Promise<OpenedSession> {
    const { values } = this.store.outbox
    const token = await values.get('refreshToken')
    try {
      const body = { refresh_token: token, install: await this.install() }
      const opened = (await this.call('POST', '/auth/sessions/refresh', body, { token: false })) as unknown as OpenedSession
      await this.keep(opened)
      return opened
    } catch (error) {
      if (error instanceof Refused && error.status === 401 && (await values.get('refreshToken')) === token) {
        await this.forgetTokens()
      }
      throw error
    }
  }

  async keep(opened: OpenedSession): Promise<void> {
    const { access_token: accessToken, refresh_token: refreshToken, user } = opened
    await this.store.outbox.values.put({ accessToken, refreshToken, user, contactAt: this.about.now() })
    this.tell({ kind: 'session' })
  }

  /** Nobody is signed in here any more; what waits stays. */
  async forgetTokens(): Promise<void> {
    await this.store.outbox.values.put({ accessToken: undefined, refreshToken: undefined, user: undefined })
    this.tell({ kind: 'session' })
  }

  // ---- the queue ----

  /** Make the queue and the device's key known to the server. Repeatable. */
  async register(): Promise<Registered> {
    const { values } = this.store.outbox
    const body = {
      install: await this.install(),
      queue: await this.store.queue(),
      platform: this.about.platform,
      app_version: this.about.appVersion,
      schema: SCHEMA,
      wall_clock: new Date(this.about.now()).toISOString(),
      public_key: await publicJwk(await this.store.key()),
    }
    const state = (await this.call('POST', '/sync/register', body)) as unknown as Registered
    const known = await values.get('epoch')
    // Restored to a time before this queue was made.
    if (known !== undefined && known !== state.epoch) await this.meetEpoch(state.epoch)
    await values.put({
      epoch: state.epoch,
      lineBytes: state.limits.line_bytes,
      pushMutations: state.limits.push_mutations,
      pollSeconds: state.limits.poll_seconds,
      ...(state.skew_ms === null ? {} : { clockSkewMs: state.skew_ms }),
    })
    await this.noteContact(state.server_time)
    return state
  }

  /** Register, if no answer to that ever arrived. */
  async introduce(): Promise<void> {
    if ((await this.store.outbox.values.get('epoch')) === undefined) await this.register()
  }

  /** The server's history is another one now. */
  async meetEpoch(epoch: string): Promise<void> {
    const queue = await this.store.queue()
    await this.store.beginEpoch(epoch)
    this.tell({ kind: 'receipts' })
    if ((await this.store.queue()) !== queue) await this.register()
  }

  /** The server answered just now, and this is its time. */
  async noteContact(serverTime?: string): Promise<void> {
    await this.store.outbox.values.put({ contactAt: this.about.now(), ...(serverTime ? { serverTime } : {}) })
  }
}

/** The refusal that an answer is. */
export function refusalOf(answer: Answer): Refused {
  let problem: JsonObject = { type: '', status: answer.status }
  try {
    const document: Json = JSON.parse(new TextDecoder().decode(answer.body))
    if (document !== null && typeof document === 'object' && !Array.isArray(document)) problem = document
  } catch {
    // Not one of our documents: a proxy's page.
  }
  const said = Number(answer.headers.get('retry-after') ?? problem['retry_after_seconds'] ?? NaN)
  return new Refused(answer.status, problem, Number.isFinite(said) ? said : null)
}

function decoded(answer: Answer): Json {
  if (answer.body.length === 0) return null
  try {
    return JSON.parse(new TextDecoder().decode(answer.body)) as Json
  } catch {
    throw new NoNetwork('the answer was cut off, or somebody else gave it')
  }
}
