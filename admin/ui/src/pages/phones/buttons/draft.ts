// Changes to a layout being edited. Every function gives a new list, sorted by place; none changes its argument.

import { comparePlaces, placeKey, type Place } from '../drawing/keys'
import { keyOf, placeOf, tidy, type Button } from './button'

export type Draft = readonly Button[]

export function sorted(list: Draft): Button[] {
  return [...list].sort((a, b) => comparePlaces(placeOf(a), placeOf(b)))
}

export function buttonAt(list: Draft, at: Place): Button | undefined {
  return list.find((b) => keyOf(b) === placeKey(at))
}

/** Puts a button at its place; what was there is replaced. */
export function put(list: Draft, b: Button): Button[] {
  return sorted([...list.filter((other) => keyOf(other) !== keyOf(b)), b])
}

export function removeAt(list: Draft, at: Place): Button[] {
  return list.filter((b) => keyOf(b) !== placeKey(at))
}

function movedTo(b: Button, at: Place): Button {
  const moved: Button = { ...b, position: at.position, module: at.module }
  if (at.module === 0) delete moved.module
  return moved
}

/**
 * Moves a key. To a free place it just goes there. To a taken one it takes that place, and the keys between shift by
 * one over the places that are taken, so that gaps stay where they are.
 */
export function move(list: Draft, from: Place, to: Place): Button[] {
  const moving = buttonAt(list, from)
  if (!moving || placeKey(from) === placeKey(to)) return sorted(list)
  if (!buttonAt(list, to)) return sorted([...removeAt(list, from), movedTo(moving, to)])
  const order = sorted(list)
  const taken = order.map(placeOf)
  const start = order.findIndex((b) => keyOf(b) === placeKey(from))
  const end = order.findIndex((b) => keyOf(b) === placeKey(to))
  order.splice(end, 0, ...order.splice(start, 1))
  return order.map((b, i) => movedTo(b, taken[i]!))
}

/** The first place that is free, or nothing. */
export function firstFree(list: Draft, places: readonly Place[]): Place | undefined {
  const taken = new Set(list.map(keyOf))
  return places.find((at) => !taken.has(placeKey(at)))
}

/** Whether two layouts would be saved alike. */
export function same(a: Draft, b: Draft): boolean {
  return JSON.stringify(saved(a)) === JSON.stringify(saved(b))
}

/** The layout as it is sent. */
export function saved(list: Draft): Button[] {
  return sorted(list).map(tidy)
}
