import { expect, test } from 'vitest'
import { collectionsOf, eventTypes } from './events'

test('the longest prefix counts', () => {
  expect(collectionsOf('call.parked')).toContain('parked_calls')
  expect(collectionsOf('call.ended')).toEqual(['active_calls', 'calls'])
  expect(collectionsOf('other')).toEqual([])
})

test.each(eventTypes.filter((e) => e !== 'snapshot'))('%s touches a list', (type) => {
  expect(collectionsOf(type)).not.toEqual([])
})
