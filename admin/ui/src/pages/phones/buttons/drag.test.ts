import { expect, test } from 'vitest'
import { dragged, dragOfKey, dragOfType, dropOfSlot, nearest, pageOfDrop, slotOf } from './drag'

test('identifiers are read back', () => {
  expect(dragged(dragOfType('dnd'))).toEqual({ type: 'dnd' })
  expect(dragged(dragOfKey({ module: 1, position: 20 }))).toEqual({ from: { module: 1, position: 20 } })
  expect(slotOf(dropOfSlot({ module: 0, position: 3 }))).toEqual({ module: 0, position: 3 })
  expect(pageOfDrop('page:2/3')).toEqual({ module: 2, page: 3 })
  for (const bad of ['', 'type:bomb', 'key:1', 'slot:x', 'page:'] as const) {
    expect([dragged(bad), slotOf(bad), pageOfDrop(bad)]).toEqual([null, null, null])
  }
  expect(slotOf(undefined)).toBeNull()
})

test('arrows go to the closest straight ahead', () => {
  const at = (name: string, left: number, top: number) => ({ name, rect: { left, top, width: 100, height: 20 } })
  const slots = [at('l1', 0, 0), at('l2', 0, 30), at('l3', 0, 60), at('r1', 200, 0), at('r2', 200, 30)]
  const go = (from: string, d: 'left' | 'right' | 'up' | 'down') => nearest(slots.find((s) => s.name === from)!.rect, slots, d)?.name
  expect([go('l1', 'down'), go('l2', 'down'), go('l3', 'down')]).toEqual(['l2', 'l3', undefined])
  expect([go('l2', 'right'), go('r2', 'left'), go('r2', 'up'), go('l1', 'up')]).toEqual(['r2', 'l2', 'r1', undefined])
})
