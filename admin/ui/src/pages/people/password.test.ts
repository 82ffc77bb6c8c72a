import { expect, test } from 'vitest'
import { keepsRule } from './password'

test.each([
  ['fine', 'correct horse', true],
  ['short', 'Short 7 abc', false],
  ['few characters', 'abababababab', false],
  ['characters, not code units', '😀😁😂🤣😃😄', false],
])('%s', (_name, password, want) => {
  expect(keepsRule(password)).toBe(want)
})
