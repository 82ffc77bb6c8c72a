import { expect, test } from 'vitest'
import { countResults, inTurns } from './sync'

test('few at once, all of them once', async () => {
  let running = 0
  let most = 0
  const done: number[] = []
  await inTurns([1, 2, 3, 4, 5, 6, 7], async (n) => {
    most = Math.max(most, ++running)
    await Promise.resolve()
    running--
    done.push(n)
  }, () => false, 3)
  expect(most).toBe(3)
  expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7])
})

test('stops when told to', async () => {
  const done: number[] = []
  await inTurns([1, 2, 3, 4], async (n) => void done.push(n), () => done.length >= 2, 1)
  expect(done).toEqual([1, 2])
})

test('lines are counted by result', () => {
  expect(countResults([{ lines: [{ line: 1, result: 'delivered' }, { line: 2, result: 'unreachable' }] }, { lines: [], refused: 'no' }, { lines: [{ line: 1, result: 'delivered' }] }, { lines: [] }])).toEqual({
    delivered: 2, unreachable: 1, refused: 1, no_line: 1,
  })
})
