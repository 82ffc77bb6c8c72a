import { expect, test } from 'vitest'
import { addressLines, addressValues } from './address'

test('an address in lines, without what is missing', () => {
  expect(addressLines({ house_number: '350', pre_directional: 'W', street: 'Fifth', street_suffix: 'Ave', unit: '21', city: 'New York', state: 'NY', zip: '10118', country: 'US' })).toEqual([
    '350 W Fifth Ave',
    '21',
    'New York, NY 10118',
    'US',
  ])
  expect(addressLines({ city: 'Paris' })).toEqual(['Paris'])
})

test('a form begins in the account’s country', () => {
  expect(addressValues(null, 'CA').country).toBe('CA')
  expect(addressValues({ country: 'US', street: 'Main' }, 'CA')).toMatchObject({ country: 'US', street: 'Main', unit: '' })
})
