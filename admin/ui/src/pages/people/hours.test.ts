import { describe, expect, it } from 'vitest'
import { inOrder, minuteOf, overnight, rangeFault, stretches, tidyTime } from './hours'

describe('minuteOf', () => {
  it.each([
    ['00:00', 0],
    ['09:30', 570],
    ['24:00', 1440],
    ['24:01', null],
    ['9:30', null],
    ['', null],
  ])('%s is %s', (text, minute) => {
    expect(minuteOf(text)).toBe(minute)
  })
})

describe('tidyTime', () => {
  it.each([
    ['9', '09:00'],
    ['930', '09:30'],
    ['0930', '09:30'],
    ['9:05', '09:05'],
    ['9.30', '09:30'],
    ['17h30', '17:30'],
    ['noon', 'noon'],
  ])('%s means %s', (typed, meant) => {
    expect(tidyTime(typed)).toBe(meant)
  })
})

describe('rangeFault', () => {
  it.each([
    ['fine', { days: ['mon'], from: '09:00', to: '17:00' }, null],
    ['past midnight', { days: ['mon'], from: '22:00', to: '06:00' }, null],
    ['all day', { days: ['mon'], from: '00:00', to: '24:00' }, null],
    ['no day', { days: [], from: '09:00', to: '17:00' }, 'days'],
    ['never begins', { days: ['mon'], from: '24:00', to: '17:00' }, 'from'],
    ['no end', { days: ['mon'], from: '09:00', to: '' }, 'to'],
    ['empty', { days: ['mon'], from: '09:00', to: '09:00' }, 'same'],
  ] as const)('%s', (_name, range, fault) => {
    expect(rangeFault({ ...range, days: [...range.days] })).toBe(fault)
  })
})

describe('stretches', () => {
  it('joins what overlaps and knows the night before', () => {
    const weekly = [
      { days: ['mon', 'tue'], from: '22:00', to: '02:00' },
      { days: ['tue'], from: '09:00', to: '12:00' },
      { days: ['tue'], from: '11:00', to: '13:00' },
    ]
    expect(stretches(weekly, 'tue')).toEqual([
      { from: 0, to: 120 },
      { from: 540, to: 780 },
      { from: 1320, to: 1440 },
    ])
    expect(stretches(weekly, 'wed')).toEqual([{ from: 0, to: 120 }])
    expect(overnight({ days: ['mon'], from: '22:00', to: '02:00' })).toBe(true)
  })
})

describe('inOrder', () => {
  it('keeps the order of the week', () => {
    expect(inOrder(['sun', 'mon'])).toEqual(['mon', 'sun'])
  })
})
