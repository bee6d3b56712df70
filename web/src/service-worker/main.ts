import { keptUnder, type BuiltFile } from './rules'

// Keeps the files of one build, whole or not at all, and answers with them whether there is a network or not, so that a
// page never gets its parts from two versions. The next version waits until the page says that nothing is under way.

declare const self: ServiceWorkerGlobalScope
declare const __FILES__: readonly BuiltFile[] // put in by the build
declare const __VERSION__: string

const CACHES = 'fire-'
const CACHE = CACHES + __VERSION__
const files = new Map(__FILES__.map((file) => [file.url, file]))

self.addEventListener('install', (event) => {
  event.waitUntil(keepAll())
})

self.addEventListener('activate', (event) => {
  event.waitUntil(keepAll().then(forgetOthers).then(() => self.clients.claim()))
})

self.addEventListener('message', (event) => {
  if (event.data === 'take over') void self.skipWaiting()
})

self.addEventListener('fetch', (event) => {
  const url = keptUnder(event.request, self.location.origin, files)
  if (url !== null) event.respondWith(answer(event.request, url))
})

async function keepAll(): Promise<void> {
  const cache = await caches.open(CACHE)
  await Promise.all([...files.values()].map((file) => keep(cache, file)))
}

/** Of what has its digest in its name, an earlier version's copy serves as well. */
async function keep(cache: Cache, { url, integrity }: BuiltFile): Promise<void> {
  if (await cache.match(url, { ignoreVary: true })) return
  const earlier = url.startsWith('/assets/') ? await caches.match(url, { ignoreVary: true }) : undefined
  const response = earlier ?? (await fetch(url, { integrity, cache: 'no-cache' }))
  if (!response.ok) throw new Error(`${url}: ${response.status}`)
  await cache.put(url, response)
}

async function forgetOthers(): Promise<void> {
  const names = await caches.keys()
  await Promise.all(names.filter((name) => name.startsWith(CACHES) && name !== CACHE).map((name) => caches.delete(name)))
}

async function answer(request: Request, url: string): Promise<Response> {
  const kept = await caches.match(url, { cacheName: CACHE, ignoreVary: true })
  return kept ?? fetch(request)
}
