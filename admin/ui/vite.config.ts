import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The daemon the page of `npm run dev` talks to.
const daemon = process.env.DIALTONE_ADMIN ?? 'http://127.0.0.1:8081'

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '~': new URL('./src', import.meta.url).pathname } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // the page's policy forbids data: scripts and fonts
    modulePreload: { polyfill: false },
    license: { fileName: 'licenses.md' },
  },
  server: { proxy: { '/v1': { target: daemon, changeOrigin: false, ws: false, headers: developerKey() } } },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
})

// developerKey lets a developer look at the page as an API key instead of a person.
function developerKey(): Record<string, string> {
  const key = process.env.DIALTONE_KEY
  return key ? { authorization: `Bearer ${key}` } : {}
}
