import { Upload, type DetailedError, type HttpRequest, type HttpResponse, type HttpStack } from 'tus-js-client'
import { NoNetwork, Refused, StorageFull } from './errors'
import { API, refusalOf, type Exchange } from './exchange'
import type { Answer } from './transport'
import type { Photo } from './types'

export const PIECE_BYTES = 262_144
const NOWHERE = 'http://device.invalid' // tus-js-client wants whole addresses; only their paths are used
const TAKEN = new Set(['media_already_stored'])
const NEVER = new Set(['not_an_image', 'invalid_fields', 'body_too_large', 'digest_mismatch', 'unsupported_media_type'])

/** Photos of this device on their way up (tus 1.0.0), after the records and before the pull; no record waits for them. */
export class Uploading {
  pieceBytes = PIECE_BYTES

  constructor(private readonly exchange: Exchange) {}

  /**
   * Send what waits; the ids of photos that the server refuses for good (they stay here). Raises NoNetwork, Refused.
   *
   * A photo that cannot be sent now does not hold up the next one.
   */
  async sendPhotos(): Promise<string[]> {
    const { photos } = this.exchange.store
    const refusedIds: string[] = []
    let passing: Refused | null = null
    for (const photo of await photos.all()) {
      if (photo.refused !== null) {
        refusedIds.push(photo.id)
        continue
      }
      try {
        await this.send(photo)
        await photos.drop(photo.id)
      } catch (error) {
        if (!(error instanceof Refused) || error.status === 401) throw error
        if (TAKEN.has(error.code)) await photos.drop(photo.id)
        else if (NEVER.has(error.code)) {
          await photos.refuse(photo.id, error.code)
          refusedIds.push(photo.id)
        } else if (error.status === 404 || error.status === 410) await photos.place(photo.id, null)
        else passing = error // too many of them, no space there, somebody else is sending it: a later round
      }
      this.exchange.tell({ kind: 'photos' })
    }
    if (passing) throw passing
    return refusedIds
  }

  private async send(photo: Photo): Promise<void> {
    const { photos } = this.exchange.store
    const bytes = await photos.bytes(photo.id)
    if (!bytes) throw new StorageFull() // the browser threw it away behind our back
    await new Promise<void>((resolve, reject) => {
      const upload = new Upload(new Blob([bytes]), {
        endpoint: `${NOWHERE}/uploads`,
        uploadUrl: photo.url === null ? null : NOWHERE + photo.url,
        uploadSize: bytes.length,
        chunkSize: this.pieceBytes,
        retryDelays: null, // the next round tries again
        storeFingerprintForResuming: false, // where it is sent to stands beside the photo
        metadata: announced(photo),
        httpStack: new OverOurTransport(this.exchange),
        fileReader: { openFile: async () => sliced(bytes) },
        fingerprint: async () => photo.sha256,
        onUploadUrlAvailable: () => {
          if (upload.url) void photos.place(photo.id, pathOf(upload.url)).catch(reject)
        },
        onSuccess: () => resolve(),
        onError: (error) => reject(causeOf(error)),
      })
      upload.start()
    })
  }
}

function announced(photo: Photo): { [name: string]: string } {
  return {
    media_id: photo.id,
    sha256: photo.sha256,
    role: photo.role,
    filetype: photo.contentType,
    ...(photo.capturedAt ? { captured_at: photo.capturedAt } : {}),
  }
}

function sliced(bytes: Uint8Array<ArrayBuffer>) {
  return {
    size: bytes.length,
    slice: async (start: number, end: number) => ({ value: new Blob([bytes.subarray(start, end)]), done: end >= bytes.length }),
    close: () => undefined,
  }
}

/** What went wrong below tus-js-client: a refusal with its code, or the line. */
function causeOf(error: Error | DetailedError): Error {
  const cause = 'causingError' in error ? error.causingError : null
  if (cause instanceof NoNetwork || cause instanceof Refused) return cause
  const response = 'originalResponse' in error ? error.originalResponse : null
  const answer: unknown = response?.getUnderlyingObject()
  if (!isAnswer(answer)) return cause ?? error // a defect
  return answer.status >= 400 ? refusalOf(answer) : new NoNetwork('somebody else answered')
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null && 'status' in value && 'body' in value
}

/** tus-js-client's requests through our transport: the same tokens, refreshed in the same way. */
class OverOurTransport implements HttpStack {
  constructor(private readonly exchange: Exchange) {}

  createRequest(method: string, url: string): HttpRequest {
    const headers: { [name: string]: string } = {}
    let tellProgress: (bytesSent: number) => void = () => undefined
    return {
      getMethod: () => method,
      getURL: () => url,
      setHeader: (name, value) => void (headers[name] = value),
      getHeader: (name) => headers[name],
      setProgressHandler: (handler) => void (tellProgress = handler),
      send: async (piece: Blob | null) => {
        const body = piece ? new Uint8Array(await piece.arrayBuffer()) : null
        const answer = await this.exchange.attempt(method, pathOf(url), body, headers)
        tellProgress(body?.length ?? 0)
        return responseOf(answer)
      },
      abort: async () => undefined,
      getUnderlyingObject: () => null,
    }
  }

  getName(): string {
    return 'OverOurTransport'
  }
}

/** The path below the API of an address that the server or tus-js-client made of it. */
function pathOf(url: string): string {
  const path = new URL(url, NOWHERE).pathname
  return path.startsWith(API) ? path.slice(API.length) : path
}

function responseOf(answer: Answer): HttpResponse {
  return {
    getStatus: () => answer.status,
    getHeader: (name) => answer.headers.get(name) ?? undefined,
    getBody: () => new TextDecoder().decode(answer.body),
    getUnderlyingObject: () => answer,
  }
}
