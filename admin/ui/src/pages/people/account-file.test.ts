import { expect, test } from 'vitest'
import { headerText } from './account-file'

test.each([
  ['plain text stays', 'correct horse battery', 'correct horse battery'],
  ['accents become their bytes', 'é', '\u00c3\u00a9'],
  ['so does all else', '€', '\u00e2\u0082\u00ac'],
])('%s', (_what, text, want) => {
  expect(headerText(text)).toBe(want)
})
