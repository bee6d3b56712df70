import { NoNetwork } from './errors'

export const NDJSON = 'application/x-ndjson'

/** A response: of lines (NDJSON) also the part that came before a cut. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Uint8Array<ArrayBuffer>
}

export interface Sent {
  readonly method: string
  readonly path: string // from the root, with its query
  readonly headers: { readonly [name: string]: string }
  readonly body: Uint8Array<ArrayBuffer> | null
}

/** Sends one request. Raises NoNetwork. */
export interface Transport {
  send(request: Sent): Promise<Answer>
}

/** Over fetch. The browser unpacks gzip; a connection that breaks is NoNetwork, whatever its cause. */
export class FetchTransport implements Transport {
  constructor(
    private readonly origin = '',
    private readonly timeoutMs = 60_000, // without a byte
  ) {}

  async send({ method, path, headers, body }: Sent): Promise<Answer> {
    const waiting = new Patience(this.timeoutMs)
    try {
      const response = await fetch(this.origin + path, {
        method,
        headers: { ...headers },
        body,
        signal: waiting.signal,
        credentials: 'omit',
        cache: 'no-store',
      })
      const partial = (response.headers.get('content-type') ?? '').startsWith(NDJSON)
      return { status: response.status, headers: response.headers, body: await wholeBody(response, partial, waiting) }
    } catch (error) {
      throw error instanceof NoNetwork ? error : new NoNetwork(error instanceof Error ? error.message : 'no answer')
    } finally {
      waiting.end()
    }
  }
}

async function wholeBody(response: Response, partial: boolean, waiting: Patience): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = []
  const reader = response.body?.getReader()
  try {
    for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read()) {
      pieces.push(piece.value)
      waiting.renew()
    }
  } catch (error) {
    if (!partial) throw error // of lines, what came before a cut is kept
  }
  const body = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0))
  let place = 0
  for (const piece of pieces) {
    body.set(piece, place)
    place += piece.length
  }
  return body
}

/** Gives up when nothing happens for too long. */
class Patience {
  private readonly controller = new AbortController()
  private timer: ReturnType<typeof setTimeout> | undefined
  readonly signal = this.controller.signal

  constructor(private readonly timeoutMs: number) {
    this.renew()
  }

  renew(): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.controller.abort(), this.timeoutMs)
  }

  end(): void {
    clearTimeout(this.timer)
  }
}

/** The whole lines of an NDJSON answer; a line that was cut is none. */
export function linesOf<L>(body: Uint8Array): L[] {
  const end = body.lastIndexOf(0x0a) + 1
  const text = new TextDecoder().decode(body.subarray(0, end))
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as L]))
}

/** Unpack gzip. */
export async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/** True where this browser can unpack the chunks of a snapshot; elsewhere large scopes come as rows. */
export const canGunzip = (): boolean => typeof DecompressionStream === 'function'
