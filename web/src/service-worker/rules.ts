/** A file of the build. `integrity` is what the browser compares its bytes with before it is kept. */
export interface BuiltFile {
  readonly url: string
  readonly integrity: string
}

/** The page that stands for every address of the client. */
export const PAGE = '/'

// The server's own: never answered by anybody else, and never kept.
const OF_THE_SERVER = /^\/(api|livez|readyz|metrics)(\/|$)/

type Asked = Pick<Request, 'method' | 'mode' | 'url'>

/** Under which address the answer to this request was kept; null: it goes to the network as if there were no worker. */
export function keptUnder(request: Asked, origin: string, kept: { has(url: string): boolean }): string | null {
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== origin || OF_THE_SERVER.test(url.pathname)) return null
  if (kept.has(url.pathname)) return url.pathname
  const isFile = /\.[^/]*$/.test(url.pathname)
  return request.mode === 'navigate' && !isFile ? PAGE : null
}
