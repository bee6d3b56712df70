import createClient, { type Client, type Middleware } from 'openapi-fetch'
import type { components, paths } from '@/generated/api'
import { NoNetwork, Refused, type Device, type JsonObject } from '@/offline'
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
export const api = clientOf(currentDevice)

/** The same in the name of another device of this install: a guest's report is asked for with that guest's own session. */
export const apiOf = (device: Device): Client<paths> => clientOf(() => device)

/** The same in nobody's name, for what is public: where somebody stands or which code he follows is not told beside who he is. */
export const publicApi = clientOf(() => null)

function clientOf(device: () => Device | null): Client<paths> {
  const client = createClient<paths>({ baseUrl: location.origin, fetch: (request) => device()?.authorised(request) ?? fetch(request) })
  client.use(problems)
  return client
}

async function refusalOf(response: Response): Promise<Refused> {
  let problem: JsonObject = {}
  try {
    problem = (await response.json()) as JsonObject
  } catch {
    // A proxy answered, not the application.
  }
  return new Refused(response.status, problem, Number(response.headers.get('Retry-After')) || null)
}
