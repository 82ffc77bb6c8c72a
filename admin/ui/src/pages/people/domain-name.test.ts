import { expect, test } from 'vitest'
import { tidyPrefix, wholeDomain } from './domain-name'

test.each([
  ['Acme Phones', 'acme-phones'],
  ['acme.phones', 'acmephones'],
  ['a_b', 'a-b'],
  ['été', 't'],
  ['x'.repeat(80), 'x'.repeat(63)],
])('%s', (typed, want) => {
  expect(tidyPrefix(typed)).toBe(want)
})

test('a prefix is shown complete', () => {
  expect(wholeDomain('acme', 'sip.example.com')).toBe('acme.sip.example.com')
  expect(wholeDomain('', 'sip.example.com')).toBe('')
})
