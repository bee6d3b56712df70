import { describe, expect, it } from 'vitest'
import { keptUnder } from '@/service-worker/rules'

const ORIGIN = 'https://fire.example'
const URLS = new Set(['/', '/assets/index-abc.js', '/icon.svg'])

function ask(path: string, mode: RequestMode = 'cors', method = 'GET'): string | null {
  return keptUnder({ url: new URL(path, ORIGIN).href, mode, method }, ORIGIN, URLS)
}

describe('the service worker', () => {
  it('answers every address of the client with the page', () => {
    expect(ask('/', 'navigate')).toBe('/')
    expect(ask('/hazards/0190a1b2?from=map#photos', 'navigate')).toBe('/')
    expect(ask('/apix', 'navigate')).toBe('/')
  })

  it('answers files of its build and no others', () => {
    expect(ask('/assets/index-abc.js')).toBe('/assets/index-abc.js')
    expect(ask('/icon.svg', 'navigate')).toBe('/icon.svg')
    expect(ask('/assets/index-other.js')).toBeNull()
    expect(ask('/hazards')).toBeNull()
  })

  it('has no part in what the server says', () => {
    for (const path of ['/api/v1/hazards', '/api/v1/docs/', '/api', '/livez', '/readyz', '/metrics']) {
      expect(ask(path)).toBeNull()
      expect(ask(path, 'navigate')).toBeNull()
    }
  })

  it('leaves alone what is sent, and what goes elsewhere', () => {
    expect(ask('/', 'navigate', 'POST')).toBeNull()
    expect(ask('https://tiles.example/assets/index-abc.js')).toBeNull()
  })
})
