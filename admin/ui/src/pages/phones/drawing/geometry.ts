// Where things stand in the picture of a phone, in units of the picture. Pure: from the catalogue's facts and the page.

import { formOf, memoryKeys, modulePage, phonePage, touchColumns, type ModelFacts, type Place } from './keys'

export interface Box {
  x: number
  y: number
  w: number
  h: number
}

/** On which side of its label a key has its cap; none on a touch screen. */
export type Side = 'left' | 'right' | 'touch' | 'paper'

export interface Slot {
  place: Place
  box: Box
  side: Side
}

export interface Picture {
  width: number
  height: number
  /** The part shown where there is little room: screen and keys. */
  crop: Box
  screen: Box
  slots: Slot[]
  /** The key that turns pages, if it is one beside the screen. */
  turn: Box | null
  body: Box
  keypad: Box
  softKeys: Box[]
}

export const CAP = 44
const ROW = 58
const STATUS = 46
const SOFT = 42
const WIDTH = 1000
const BODY = { x: 165, w: 825 }
const HEAD = { x: 190, w: 775 }
const GAP = 12
const TOP = 34

const clamp = (n: number, low: number, high: number) => Math.min(Math.max(n, low), high)

function ratioOf(m: ModelFacts): number {
  const { width, height } = m.screen
  return width > 0 && height > 0 ? clamp(width / height, 1.3, 2.6) : 1.76
}

/** The picture of a desk phone's page. */
export function deskphone(m: ModelFacts, page: number): Picture {
  const touch = formOf(m) === 'touch'
  const keys = touch ? touchGrid(m, page) : besideScreen(m, page)
  const soft = touch ? [] : softKeys(keys.screen)
  const keypadY = keys.screen.y + keys.screen.h + (touch ? 24 : 62)
  const memory = memorySlots(m, keypadY)
  const keypad = { x: HEAD.x, y: keypadY, w: HEAD.w, h: 236 }
  const height = keypadY + keypad.h + 20
  const crop = { x: HEAD.x - 14, y: 0, w: HEAD.w + 28, h: memory.length > 0 ? height : keypadY }
  return {
    width: WIDTH, height, crop, screen: keys.screen, slots: [...keys.slots, ...memory], turn: keys.turn,
    body: { ...BODY, y: 4, h: height - 8 }, keypad, softKeys: soft,
  }
}

interface Keys {
  screen: Box
  slots: Slot[]
  turn: Box | null
}

function besideScreen(m: ModelFacts, page: number): Keys {
  const { left, right, turns } = phonePage(m, page)
  const most = phonePage(m, 1)
  const rows = Math.max(most.left.length, most.right.length + (most.turns ? 1 : 0), 1)
  const screen = { x: HEAD.x + CAP + GAP, y: TOP, w: HEAD.w - 2 * (CAP + GAP), h: 0 }
  screen.h = Math.max(Math.min(screen.w / ratioOf(m), 380), STATUS + rows * ROW + SOFT)
  const row = (screen.h - STATUS - SOFT) / rows
  const high = Math.min(row, ROW + 6)
  const half = HEAD.w / 2
  const at = (i: number, x: number): Box => ({ x, y: screen.y + STATUS + i * row + (row - high) / 2 + 3, w: half - 4, h: high - 6 })
  const slots: Slot[] = [
    ...left.map((position, i): Slot => ({ place: { module: 0, position }, side: 'left', box: at(i, HEAD.x) })),
    ...right.map((position, i): Slot => ({ place: { module: 0, position }, side: 'right', box: at(i, HEAD.x + half + 4) })),
  ]
  const last = at(rows - 1, HEAD.x + HEAD.w - CAP)
  return { screen, slots, turn: turns ? { ...last, w: CAP } : null }
}

function touchGrid(m: ModelFacts, page: number): Keys {
  const { left, right } = phonePage(m, page)
  const full = phonePage(m, 1)
  const columns = touchColumns(full.left.length + full.right.length)
  const rows = Math.ceil((full.left.length + full.right.length) / columns)
  const screen = { x: HEAD.x, y: TOP, w: HEAD.w, h: Math.max(HEAD.w / ratioOf(m), STATUS + rows * ROW + 16) }
  const cell = { w: (screen.w - 16) / columns, h: Math.min((screen.h - STATUS - 12) / rows, 84) }
  const slots = [...left, ...right].map((position, i): Slot => ({
    place: { module: 0, position }, side: 'touch',
    box: {
      x: screen.x + 8 + (i % columns) * cell.w + 3, y: screen.y + STATUS + Math.floor(i / columns) * cell.h + 3,
      w: cell.w - 6, h: cell.h - 6,
    },
  }))
  return { screen, slots, turn: null }
}

function softKeys(screen: Box): Box[] {
  const w = screen.w / 4
  return [0, 1, 2, 3].map((i) => ({ x: screen.x + i * w + 18, y: screen.y + screen.h + 16, w: w - 36, h: 22 }))
}

/** Memory keys: two columns with paper labels at the right of the digits. */
function memorySlots(m: ModelFacts, y: number): Slot[] {
  const keys = memoryKeys(m)
  const rows = Math.ceil(keys.length / 2)
  const w = 190
  return keys.map((position, i): Slot => ({
    place: { module: 0, position }, side: 'paper',
    box: { x: HEAD.x + HEAD.w - 2 * w + Math.floor(i / rows) * w + 4, y: y + (i % rows) * 46, w: w - 8, h: 40 },
  }))
}

const MODULE = { w: 520, margin: 18 }

/** The picture of one page of an expansion module. */
export function expansionModule(m: ModelFacts, module: number, page: number): Picture {
  const { left, right } = modulePage(m, page)
  const rows = Math.max(modulePage(m, 1).left.length, 1)
  const paper = m.keys_per_module <= 38
  const high = rows > 13 ? 42 : 50
  const screen = { x: MODULE.margin + CAP + GAP, y: TOP, w: MODULE.w - 2 * (MODULE.margin + CAP + GAP), h: rows * high + 16 }
  const half = (MODULE.w - 2 * MODULE.margin) / 2
  const slot = (side: Side, x: number) => (position: number, i: number): Slot => ({
    place: { module, position }, side, box: { x, y: screen.y + 8 + i * high + 2, w: half - 3, h: high - 4 },
  })
  const height = screen.y + screen.h + (paper ? 24 : 70)
  const whole = { x: 0, y: 0, w: MODULE.w, h: height }
  return {
    width: MODULE.w, height, crop: whole, screen,
    slots: [...left.map(slot('left', MODULE.margin)), ...right.map(slot('right', MODULE.margin + half + 3))],
    turn: null, body: { x: 4, y: 4, w: MODULE.w - 8, h: height - 8 }, keypad: { x: 0, y: 0, w: 0, h: 0 }, softKeys: [],
  }
}
