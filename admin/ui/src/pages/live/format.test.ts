import { expect, it } from 'vitest'
import { between, bytes, userOf } from './format'

it.each([
  ['2026-01-02T15:04:05Z', '2026-01-02T15:05:06.9Z', 61],
  ['2026-01-02T15:04:05Z', '2026-01-02T15:04:00Z', 0],
  ['2026-01-02T15:04:05Z', Date.UTC(2026, 0, 2, 15, 4, 15), 10],
  [undefined, '2026-01-02T15:04:05Z', 0],
])('is %s to %s %d s', (from, to, seconds) => expect(between(from, to)).toBe(seconds))

it.each([[0, '0 byte'], [999, '999 byte'], [5_242_880, '5.2 MB']])('shows %d bytes', (n, text) => expect(bytes(n, 'en')).toBe(text))

it.each([['sip:desk1001@sip.example.com', 'desk1001'], ['<sips:a@b>;x', 'a'], ['+13125550100', '+13125550100']])('finds who %s is', (uri, user) => expect(userOf(uri)).toBe(user))
