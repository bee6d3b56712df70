// @vitest-environment node
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { brotliDecompressSync } from 'node:zlib'
import { finish } from '../release'

const WORKER = 'const files = __FILES__, cache = "fire-" + __VERSION__'
const MANIFEST = {
  'index.html': { file: 'assets/index-1.js', imports: ['_vue.js'], css: ['assets/index-1.css'], dynamicImports: ['page.vue'] },
  '_vue.js': { file: 'assets/vue-1.js', imports: ['index.html'] },
  'page.vue': { file: 'assets/page-1.js' },
}

let directory = ''

function put(name: string, content: string | Buffer): void {
  mkdirSync(dirname(join(directory, name)), { recursive: true })
  writeFileSync(join(directory, name), content)
}

function worker(): string {
  return readFileSync(join(directory, 'service-worker.js'), 'utf8')
}

/** Text that does not get smaller by compression than about so many kilobytes. */
function text(kilobytes: number): string {
  return randomBytes(kilobytes * 1024).toString('latin1').replaceAll(/[^ -ÿ]/g, '.')
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'release-'))
  put('.vite/manifest.json', JSON.stringify(MANIFEST))
  put('index.html', '<!doctype html>')
  put('service-worker.js', WORKER)
  put('icon-192.png', 'png')
  for (const name of ['index-1.js', 'vue-1.js', 'page-1.js', 'index-1.css']) put(`assets/${name}`, `/* ${name} */`)
})

afterEach(() => rmSync(directory, { recursive: true }))

describe('a build', () => {
  it('is refused when what the page needs at first is too large, and says what makes it so', () => {
    put('assets/vue-1.js', text(200))
    finish(directory)
    put('service-worker.js', WORKER)
    put('assets/index-1.css', text(100))
    expect(() => finish(directory)).toThrow(/the first load is \d+\.\d KB compressed, 250.0 KB at most: assets\/vue-1.js/)
  })

  it('may be as large as it is in what is fetched later', () => {
    put('assets/page-1.js', text(600))
    expect(() => finish(directory)).not.toThrow()
  })

  it('tells the service worker every file of the page with its digest, and nothing else', () => {
    finish(directory)
    const files = JSON.parse(/files = (\[.*\]), cache/.exec(worker())![1]!) as { url: string; integrity: string }[]
    expect(files.map((file) => file.url).sort()).toEqual([
      '/', '/assets/index-1.css', '/assets/index-1.js', '/assets/page-1.js', '/assets/vue-1.js',
    ])
    expect(files.every((file) => /^sha256-[A-Za-z0-9+/]{43}=$/.test(file.integrity))).toBe(true)
  })

  it('has the version of its content', () => {
    const versions = ['one', 'one', 'two'].map((content) => {
      put('service-worker.js', WORKER)
      put('assets/page-1.js', content)
      finish(directory)
      return /"fire-" \+ "([0-9a-f]{16})"/.exec(worker())![1]
    })
    expect(versions[0]).toBe(versions[1])
    expect(versions[0]).not.toBe(versions[2])
  })

  it('is refused when its service worker would need another file', () => {
    put('service-worker.js', `import{a}from"./assets/vue-1.js";${WORKER}`)
    expect(() => finish(directory)).toThrow('has to stand alone')
  })

  it('is compressed, the service worker with what it was told', () => {
    finish(directory)
    const packed = readFileSync(join(directory, 'service-worker.js.br'))
    expect(brotliDecompressSync(packed).toString()).toBe(worker())
    expect(existsSync(join(directory, 'icon-192.png.br'))).toBe(false)
    expect(existsSync(join(directory, 'assets/page-1.js.gz'))).toBe(true)
  })
})
