import createClient, { type Middleware } from 'openapi-fetch'
import type { components, paths } from '@/generated/api'
import { currentDevice } from './session'

export type Schemas = components['schemas']
export type FieldError = Schemas['FieldError']

/** A refusal of the server (RFC 9457). `code` is the last part of its type and the only thing that a program reads. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly errors: readonly FieldError[] = [],
    readonly data: Readonly<Record<string, unknown>> = {},
  ) {
    super(`${status} ${code}`)
  }

  /** What is wrong with one field, or an empty text. */
  of(field: string): string {
    return this.errors.find((error) => error.field === field)?.message ?? ''
  }
}

/** No network, or the server is away. */
export class Unreachable extends Error {}

const problems: Middleware = {
  async onResponse({ response }) {
    if (response.ok || response.status === 304) return
    throw await refusalOf(response)
  },
  onError({ error }) {
    return error instanceof Refusal ? error : new Unreachable(String(error))
  },
}

/** The API, typed: `await api.GET('/api/v1/queue', { params: { query: { view: 'mine' } } })`. Raises Refusal, Unreachable. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: (request) => currentDevice().authorised(request) })
api.use(problems)

async function refusalOf(response: Response): Promise<Refusal> {
  let problem: Record<string, unknown> = {}
  try {
    problem = (await response.json()) as Record<string, unknown>
  } catch {
    // A proxy answered, not the application.
  }
  const code = String(problem.type ?? '').replace('/problems/', '') || `http_${response.status}`
  return new Refusal(response.status, code, String(problem.title ?? ''), (problem.errors as FieldError[] | undefined) ?? [], problem)
}
