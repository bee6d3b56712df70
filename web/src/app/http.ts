import createClient, { type Middleware } from 'openapi-fetch'
import type { components, paths } from '@/generated/api'
import { NoNetwork, Refused, type JsonObject } from '@/offline'
import { currentDevice } from './session'

export { NoNetwork, Refused }

export type Schemas = components['schemas']

const problems: Middleware = {
  async onResponse({ response }) {
    if (response.ok || response.status === 304) return
    throw await refusalOf(response)
  },
  onError({ error }) {
    return error instanceof Refused ? error : error instanceof NoNetwork ? error : new NoNetwork(String(error))
  },
}

/** The API, typed: `await api.GET('/api/v1/queue', { params: { query: { view: 'mine' } } })`. Raises Refused, NoNetwork. */
export const api = createClient<paths>({
  baseUrl: location.origin,
  fetch: (request) => currentDevice()?.authorised(request) ?? fetch(request),
})
api.use(problems)

async function refusalOf(response: Response): Promise<Refused> {
  let problem: JsonObject = {}
  try {
    problem = (await response.json()) as JsonObject
  } catch {
    // A proxy answered, not the application.
  }
  return new Refused(response.status, problem, Number(response.headers.get('Retry-After')) || null)
}
