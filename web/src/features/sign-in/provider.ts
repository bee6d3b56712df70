import { api, type Schemas } from '@/app/http'
import { newInstall } from '@/offline'

const LEFT = 'sign-in.left' // for the provider, and not back yet

interface Left {
  provider: string
  install: string
  next: string | null // the page that he wanted
}

export type Identity = Schemas['DemoIdentity']

/** Go to the identity provider's page; it comes back to `/login/return`. The demo's own provider answers whom one may be. */
export async function leaveForProvider(name: string, next: string | null): Promise<Identity[]> {
  const install = newInstall()
  const { data } = await api.GET('/api/v1/auth/providers', { params: { query: { install } } })
  const url = data?.items.find((provider) => provider.provider === name)?.authorize_url
  if (!url) return []
  sessionStorage.setItem(LEFT, JSON.stringify({ provider: name, install, next } satisfies Left))
  if (new URL(url).origin !== location.origin) {
    location.assign(url)
    return []
  }
  const answer = await fetch(url)
  return ((await answer.json()) as Schemas['DemoIdentities']).items
}

/** For which provider and install this browser left, once. */
export function cameBack(): Left | null {
  const left = sessionStorage.getItem(LEFT)
  sessionStorage.removeItem(LEFT)
  return left === null ? null : (JSON.parse(left) as Left)
}
