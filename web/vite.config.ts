import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'
import { release } from './release'

/**
 * Vant's icons are in its style sheet, for which every page waits: they become a file beside it, for which none does.
 * The second address that it names for them lies abroad and is never asked.
 */
const ownFontsOnly: Plugin = {
  name: 'own-fonts-only',
  enforce: 'pre',
  transform(code, id) {
    const [within, bytes] = (id.endsWith('vant/lib/index.css') && /data:font\/woff2;[^,]*,([^)"']+)/.exec(code)) || []
    if (within === undefined || bytes === undefined) return null
    writeFileSync(id.replace('index.css', 'icons.woff2'), Buffer.from(bytes, 'base64'))
    return code.replace(within, './icons.woff2').replace(/,\s*url\(\/\/at\.alicdn\.com[^)]*\)\s*format\("woff"\)/, '')
  },
}

// The application serves the result: hashed files for ever, the page and the service worker never from a cache.
export default defineConfig({
  plugins: [ownFontsOnly, vue(), release()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: ['chrome87', 'safari14'], // what the web views of government apps are made of
    assetsInlineLimit: 0,
    manifest: true,
    rolldownOptions: {
      input: { index: 'index.html', 'service-worker': 'src/service-worker/main.ts' },
      output: {
        entryFileNames: (chunk) => (chunk.name === 'service-worker' ? 'service-worker.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8000' } },
})
