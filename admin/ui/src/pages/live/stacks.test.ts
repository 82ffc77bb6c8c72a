import { expect, it } from 'vitest'
import { stacksOf } from './stacks'

const period = { start: '2026-01-02T00:00:00Z', answered: 0, abandoned: 0, overflowed: 0, refused: 0, callbacks: 0, ended: 0 }

it('lets the highest bar fill the chart', () => {
  const { bars, most } = stacksOf([{ ...period, answered: 2, abandoned: 1, refused: 1 }, { ...period, answered: 1 }])
  expect(most).toBe(4)
  expect(bars[0]?.parts).toEqual([
    { key: 'answered', from: 0, to: 0.5 }, { key: 'abandoned', from: 0.5, to: 0.75 }, { key: 'other', from: 0.75, to: 1 },
  ])
  expect(bars[1]?.parts).toEqual([{ key: 'answered', from: 0, to: 0.25 }])
})

it('draws nothing of nothing', () => {
  expect(stacksOf([])).toEqual({ bars: [], most: 0 })
  expect(stacksOf([period]).bars[0]?.parts).toEqual([])
})
