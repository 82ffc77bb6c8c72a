import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const source = join(import.meta.dirname, '..')
// Components that share styles of another name.
const inline = new Set(['Checkbox', 'Radio', 'Switch'])
const library = join(source, '../node_modules/@mantine/core/styles')

// Every component of the library that a file imports and that has styles must have them
// in styles.ts.
test('the styles of every component used are there', () => {
  const styled = new Set(readdirSync(library).map((f) => f.replace(/\.css$/, '')))
  const loaded = new Set([...readFileSync(join(source, 'app/styles.ts'), 'utf8').matchAll(/styles\/(\w+)\.css/g)].map((m) => m[1]))
  const missing = readdirSync(source, { recursive: true })
    .map(String)
    .filter((f) => f.endsWith('.tsx'))
    .flatMap((f) => [...readFileSync(join(source, f), 'utf8').matchAll(/import\s*\{([^}]*)\}\s*from '@mantine\/core'/g)])
    .flatMap((m) => m[1]!.split(','))
    .map((name) => name.trim().split(' ')[0]!)
    .flatMap((name) => (inline.has(name) ? [name, 'InlineInput'] : [name]))
    .filter((name) => styled.has(name) && !loaded.has(name))
  expect([...new Set(missing)]).toEqual([])
})
