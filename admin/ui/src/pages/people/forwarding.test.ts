import { expect, test } from 'vitest'
import { cleanForwarding, missingDestination, noRule, type Forwarding } from './forwarding'

const none: Forwarding = { always: null, busy: null, no_answer: null, unreachable: null, no_answer_seconds: 20 }

test('a rule that says nothing is no rule', () => {
  expect(cleanForwarding({ ...none, always: noRule, busy: { ...noRule, destination: '1002' } })).toEqual({
    ...none,
    busy: { ...noRule, destination: '1002' },
  })
})

test.each([
  ['off', { ...noRule }, []],
  ['on', { ...noRule, enabled: true, destination: '1002' }, []],
  ['on, nowhere', { ...noRule, enabled: true, destination: ' ' }, ['always']],
])('destination of a rule that is %s', (_name, always, want) => {
  expect(missingDestination({ ...none, always })).toEqual(want)
})
