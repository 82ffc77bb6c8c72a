import { expect, test } from 'vitest'
import { changedFields } from './changed'

test.each([
  ['nothing', { name: 'A' }, { name: 'A' }, {}],
  ['a text', { name: 'A', number: '1' }, { name: 'B', number: '1' }, { name: 'B' }],
  ['unset is empty', { location: null, prefix: '' }, { location: '', prefix: null }, {}],
  ['cleared', { location: 'loc_1' }, { location: null }, { location: null }],
  ['an object in another order', { target: { type: 'user', id: 'u' } }, { target: { id: 'u', type: 'user' } }, {}],
  ['an order of members', { members: [1, 2] }, { members: [2, 1] }, { members: [2, 1] }],
  ['false is not empty', { enabled: false }, { enabled: null }, { enabled: null }],
  ['a secret the record does not show', { name: 'A' }, { name: 'A', password: null }, { password: null }],
])('%s', (_name, record, values, want) => {
  expect(changedFields(record, values)).toEqual(want)
})
