import { expect, it } from 'vitest'
import { added, moved, removed, withPenalty } from './members'

const members = [{ user: 'a' }, { user: 'b', penalty: 5 }, { user: 'c' }]
const names = (list: { user: string }[]) => list.map((m) => m.user).join('')

it.each([[0, 1, 'bac'], [2, -1, 'acb'], [0, -1, 'abc'], [2, 1, 'abc'], [9, 1, 'abc']] as const)('moves %d by %d: %s', (at, by, want) => {
  expect(names(moved(members, at, by))).toBe(want)
})

it('adds each user once', () => {
  expect(names(added(members, 'd'))).toBe('abcd')
  expect(names(added(members, 'b'))).toBe('abc')
})

it('removes and changes one, and leaves the others', () => {
  expect(names(removed(members, 1))).toBe('ac')
  expect(withPenalty(members, 0, 7)).toEqual([{ user: 'a', penalty: 7 }, { user: 'b', penalty: 5 }, { user: 'c' }])
  expect(members[0]).toEqual({ user: 'a' })
})
