// Finishes dist/: compresses every file once, so that the daemon never does, and refuses
// a first load that has grown over its budget.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const dist = new URL('../dist/', import.meta.url).pathname
const budget = 300 * 1024 // bytes of gzip for the first load
const smallest = 512 // what is smaller gains nothing
const text = new Set(['.html', '.js', '.css', '.svg', '.json', '.md'])

for (const file of readdirSync(dist, { recursive: true })) {
  const path = join(dist, String(file))
  if (!text.has(extname(path)) || statSync(path).size < smallest) continue
  const raw = readFileSync(path)
  writeFileSync(`${path}.gz`, gzipSync(raw, { level: 9 }))
  writeFileSync(`${path}.br`, brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }))
}

const index = readFileSync(join(dist, 'index.html'), 'utf8')
const first = [...index.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map((m) => m[1])
const size = (name) => statSync(join(dist, `${name}.gz`), { throwIfNoEntry: false })?.size ?? statSync(join(dist, name)).size
const words = readdirSync(join(dist, 'assets')).filter((f) => /^(en|fr)-.*\.js$/.test(f)).map((f) => size(`assets/${f}`))
const total = first.reduce((sum, name) => sum + size(name), size('index.html')) + Math.max(0, ...words)
console.log(`first load: ${(total / 1024).toFixed(1)} of ${budget / 1024} KB compressed, in ${first.length + 2} files`)
if (first.length === 0 || total > budget) {
  console.error('The first load is too large, or index.html names no files.')
  process.exit(1)
}
