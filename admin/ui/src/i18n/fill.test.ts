import { expect, test } from 'vitest'
import { fill, pick } from './fill'

test('fills names and leaves the unknown', () => {
  expect(fill('Delete {name}? {x}', { name: '<b>' })).toBe('Delete <b>? {x}')
})

test.each([
  ['en', 0, 'rows'],
  ['en', 1, 'row'],
  ['fr', 0, 'row'],
  ['fr', 2, 'rows'],
])('plural of %s %d', (language, count, want) => {
  expect(pick({ one: 'row', other: 'rows' }, { count }, language)).toBe(want)
})
