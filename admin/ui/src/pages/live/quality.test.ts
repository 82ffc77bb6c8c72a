import { describe, expect, it } from 'vitest'
import { gaugesOf, place, trimmed, verdictOf } from './quality'

it.each([
  [0, 'unknown'], [Number.NaN, 'unknown'], [1, 'bad'], [3.09, 'bad'], [3.1, 'poor'], [3.6, 'fair'], [4, 'good'], [4.5, 'good'],
])('calls %d %s', (mos, verdict) => expect(verdictOf(mos)).toBe(verdict))

it('stays within the scale', () => {
  expect([place(-1, 0, 5), place(2.5, 0, 5), place(9, 0, 5)]).toEqual([0, 0.5, 1])
})

it('leaves idle zeros out', () => {
  expect([trimmed(0, 2), trimmed(1.5, 2), trimmed(0.126, 2)]).toEqual(['0', '1.5', '0.13'])
})

describe('gaugesOf', () => {
  const leg = { packets_received: 500, packets_lost: 10, loss_percent: 2, jitter_ms: 12.34, round_trip_ms: 0, mos: 3.7 }
  it('judges each figure', () => {
    expect(gaugesOf(leg).map(({ key, text, verdict }) => [key, text, verdict])).toEqual([
      ['mos', '3.70', 'fair'], ['loss', '2 %', 'poor'], ['jitter', '12.3 ms', 'good'], ['round_trip', '–', 'unknown'],
    ])
  })
  it('knows nothing of a leg without packets', () => {
    const silent = gaugesOf({ ...leg, packets_received: 0, mos: 0 })
    expect(silent.every((gauge) => gauge.at === null && gauge.verdict === 'unknown')).toBe(true)
  })
  it('puts what is good at the end', () => {
    const [mos, loss] = gaugesOf({ ...leg, mos: 4.5, loss_percent: 0 })
    expect([mos?.at, loss?.at]).toEqual([1, 1])
  })
})
