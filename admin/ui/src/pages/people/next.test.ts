import { expect, test } from 'vitest'
import { safeNext } from './next'

test.each([
  ['a page', '/accounts/acct_1/users?tab=login', '/accounts/acct_1/users?tab=login'],
  ['another host', '//evil.example', '/'],
  ['another host with a backslash', '/\\evil.example', '/'],
  ['another host behind a tab', '/\t/evil.example', '/'],
  ['a script', 'javascript:alert(1)', '/'],
  ['the log-in itself', '/login?next=/login', '/'],
  ['nothing', undefined, '/'],
])('%s', (_name, next, want) => {
  expect(safeNext(next)).toBe(want)
})
