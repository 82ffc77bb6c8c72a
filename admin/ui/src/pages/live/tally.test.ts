import { expect, it } from 'vitest'
import { addressLines, tally } from './tally'

it('counts what became of each recipient', () => {
  const states = ['delivered', 'failed', 'pending', 'delivered', 'something new'].map((state) => ({ state }))
  expect(tally(states)).toEqual({ delivered: 2, failed: 1, pending: 2, all: 5 })
  expect(tally([]).all).toBe(0)
})

it('writes an address as on a letter', () => {
  const address = { house_number: '350', street: '5th', street_suffix: 'Ave', unit: '', city: 'New York', state: 'NY', zip: '10118', country: 'US', latitude: null }
  expect(addressLines(address)).toEqual(['350 5th Ave', 'New York NY 10118', 'US'])
  expect(addressLines({})).toEqual([])
})
