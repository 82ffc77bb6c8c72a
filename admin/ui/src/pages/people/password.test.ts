import { expect, test } from 'vitest'
import { keepsRule, passwordChecks } from './password'

test.each([
  ['fine', 'Correct horse 7', true],
  ['accents count', 'Éléphant rose 9', true],
  ['short', 'Short 7', false],
  ['no digit', 'Correct horse battery', false],
  ['one case', 'correct horse 7', false],
])('%s', (_name, password, want) => {
  expect(keepsRule(password)).toBe(want)
})

test('counts characters, not code units', () => {
  expect(passwordChecks('😀😀😀😀😀😀').long).toBe(false)
})
