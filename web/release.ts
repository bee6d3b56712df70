import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { extname, join, relative, resolve } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

const FIRST_LOAD_BYTES = 250 * 1024 // what a phone on a weak network has to fetch, compressed, before anything is seen
const WORKER = 'service-worker.js'
const PAGE = 'index.html'
const COMPRESSED = new Set(['.css', '.html', '.js', '.json', '.svg', '.webmanifest'])
const NOT_KEPT = /\.(map|br|gz)$|^icon-.*\.png$/ // the icons are read when the client is installed, never by the page

interface Chunk {
  file: string
  imports?: string[]
  css?: string[]
  assets?: string[]
}

/** What makes a build one that can be served: the service worker knows its files, the first load is small, all is compressed. */
export function release(): Plugin {
  let directory = ''
  return {
    name: 'release',
    apply: 'build',
    configResolved(config) {
      directory = resolve(config.root, config.build.outDir)
    },
    writeBundle: {
      order: 'post',
      sequential: true,
      handler() {
        finish(directory)
      },
    },
  }
}

/** The same for what a build has left in a directory. */
export function finish(directory: string): void {
  refuseLargeFirstLoad(directory)
  tellWorker(directory)
  for (const name of filesIn(directory)) if (COMPRESSED.has(extname(name))) compress(join(directory, name))
}

function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .filter((name) => !name.startsWith('.'))
    .sort()
}

/** The page and everything that its script imports before it runs. */
function refuseLargeFirstLoad(directory: string): void {
  const chunks = JSON.parse(readFileSync(join(directory, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>
  const files = new Set([PAGE])
  const pending = [PAGE]
  for (let key = pending.pop(); key !== undefined; key = pending.pop()) {
    const chunk = chunks[key]
    if (chunk === undefined || files.has(chunk.file)) continue
    for (const file of [chunk.file, ...(chunk.css ?? []), ...(chunk.assets ?? [])]) files.add(file)
    pending.push(...(chunk.imports ?? []))
  }
  const sizes = [...files].map((file) => ({ file, bytes: gzipSync(readFileSync(join(directory, file)), { level: 9 }).length }))
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
  console.log(`first load: ${kilobytes(total)} of ${kilobytes(FIRST_LOAD_BYTES)} compressed, ${files.size} files`)
  if (total > FIRST_LOAD_BYTES) {
    const largest = sizes.sort((a, b) => b.bytes - a.bytes).slice(0, 5)
    const named = largest.map(({ file, bytes }) => `${file} ${kilobytes(bytes)}`).join(', ')
    throw new Error(`the first load is ${kilobytes(total)} compressed, ${kilobytes(FIRST_LOAD_BYTES)} at most: ${named}`)
  }
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`
}

/** The worker gets the list of all files with their digests: a new build is a new worker, and only then. */
function tellWorker(directory: string): void {
  const path = join(directory, WORKER)
  const code = readFileSync(path, 'utf8')
  if (/\bimport\b[^;]*["']/.test(code)) throw new Error(`${WORKER} imports another file: it has to stand alone`)
  const files = filesIn(directory)
    .filter((name) => name !== WORKER && !NOT_KEPT.test(name))
    .map((name) => {
      const digest = createHash('sha256').update(readFileSync(join(directory, name))).digest('base64')
      return { url: name === PAGE ? '/' : `/${name}`, integrity: `sha256-${digest}` }
    })
  const list = JSON.stringify(files)
  const version = createHash('sha256').update(list).update(code).digest('hex').slice(0, 16)
  writeFileSync(path, code.replaceAll('__FILES__', list).replaceAll('__VERSION__', `"${version}"`))
}

function compress(path: string): void {
  const content = readFileSync(path)
  writeFileSync(`${path}.br`, brotliCompressSync(content))
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }))
}
