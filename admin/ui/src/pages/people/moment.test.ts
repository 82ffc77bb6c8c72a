import { expect, test } from 'vitest'
import { localMoment, momentOf } from './moment'

test('there and back', () => {
  const at = '2026-11-22T09:05:00.000Z'
  expect(momentOf(localMoment(at))).toBe(at)
})

test.each([null, undefined, ''])('%s is empty', (at) => {
  expect(localMoment(at)).toBe('')
})

test('an empty input is never', () => {
  expect(momentOf('')).toBeNull()
})
