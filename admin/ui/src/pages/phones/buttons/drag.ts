// Dragging keys by pointer, touch and keyboard.

import {
  closestCenter, KeyboardCode, KeyboardSensor, MouseSensor, pointerWithin, TouchSensor, useSensor, useSensors, type ClientRect,
  type CollisionDetection, type KeyboardCoordinateGetter,
} from '@dnd-kit/core'
import { parsePlace, placeKey, type Place } from '../drawing/keys'
import { isButtonType, type ButtonType } from './button'

/** What is dragged: a type from the palette, or a key from its place. */
export type Dragged = { type: ButtonType } | { from: Place }

export const dragOfType = (type: ButtonType) => `type:${type}`
export const dragOfKey = (at: Place) => `key:${placeKey(at)}`
export const dropOfSlot = (at: Place) => `slot:${placeKey(at)}`

/** dragged reads what an identifier made above names. */
export function dragged(id: string | number): Dragged | null {
  const [kind = '', rest = ''] = String(id).split(/:(.*)/)
  if (kind === 'type' && isButtonType(rest)) return { type: rest }
  const from = kind === 'key' ? parsePlace(rest) : null
  return from && { from }
}

/** slotOf is the place something is dragged over, nothing for anything else. */
export function slotOf(id: string | number | undefined): Place | null {
  const [kind = '', rest = ''] = String(id ?? '').split(/:(.*)/)
  return kind === 'slot' ? parsePlace(rest) : null
}

/** pageOfDrop is the page whose tab something is dragged over. */
export function pageOfDrop(id: string | number | undefined): { module: number; page: number } | null {
  const [kind = '', rest = ''] = String(id ?? '').split(/:(.*)/)
  const at = kind === 'page' ? parsePlace(rest) : null
  return at && { module: at.module, page: at.position }
}

/** A pointer must be over something; keys of the keyboard go from one thing to the next. */
export const collision: CollisionDetection = (args) => (args.pointerCoordinates ? pointerWithin(args) : closestCenter(args))

type Direction = 'left' | 'right' | 'up' | 'down'

const DIRECTIONS: Record<string, Direction> = {
  [KeyboardCode.Left]: 'left', [KeyboardCode.Right]: 'right', [KeyboardCode.Up]: 'up', [KeyboardCode.Down]: 'down',
}

/** nearest is the rectangle one goes to from another in a direction: the closest, and rather straight ahead. */
export function nearest<T extends { rect: Pick<ClientRect, 'left' | 'top' | 'width' | 'height'> }>(
  from: Pick<ClientRect, 'left' | 'top' | 'width' | 'height'>, to: readonly T[], direction: Direction,
): T | undefined {
  const center = (r: typeof from) => ({ x: r.left + r.width / 2, y: r.top + r.height / 2 })
  const here = center(from)
  let best: T | undefined
  let least = Infinity
  for (const candidate of to) {
    const there = center(candidate.rect)
    const dx = there.x - here.x
    const dy = there.y - here.y
    const ahead = { left: -dx, right: dx, up: -dy, down: dy }[direction]
    const aside = Math.abs(direction === 'left' || direction === 'right' ? dy : dx)
    const distance = ahead + 2 * aside
    if (ahead > 4 && distance < least) {
      least = distance
      best = candidate
    }
  }
  return best
}

const byArrow: KeyboardCoordinateGetter = (event, { context }) => {
  const direction = DIRECTIONS[event.code]
  const from = context.collisionRect
  if (!direction || !from) return undefined
  event.preventDefault()
  const targets = context.droppableContainers.getEnabled().flatMap((c) => {
    const rect = context.droppableRects.get(c.id)
    return rect ? [{ rect }] : []
  })
  const next = nearest(from, targets, direction)
  if (!next) return undefined
  return { x: next.rect.left + next.rect.width / 2 - from.width / 2, y: next.rect.top + next.rect.height / 2 - from.height / 2 }
}

/** useKeySensors: Space lifts and drops, the arrows carry, Escape puts back; Enter still opens a key. */
export function useKeySensors() {
  return useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 6 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 220, tolerance: 8 } }),
    useSensor(KeyboardSensor, {
      coordinateGetter: byArrow,
      keyboardCodes: { start: [KeyboardCode.Space], cancel: [KeyboardCode.Esc], end: [KeyboardCode.Space, KeyboardCode.Enter] },
    }),
  )
}
