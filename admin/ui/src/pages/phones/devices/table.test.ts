import { expect, test } from 'vitest'
import { wrongFirst, type DeviceRow } from './table'

const row = (line: number, verdict: string): DeviceRow => ({ line, verdict, name: '', errors: [] })

test('wrong rows come first, each group in the order of the table', () => {
  const rows = [row(2, 'create'), row(3, 'error'), row(4, 'unchanged'), row(5, 'error')]
  expect(wrongFirst(rows).map((r) => r.line)).toEqual([3, 5, 2, 4])
})
