import { describe, expect, it } from 'vitest'
import { deskphone, expansionModule, type Box, type Picture } from './geometry'
import { modulePageCount, pageCount, type ModelFacts } from './keys'
import { aModel, Generic, T27G, T28P, T31G, T46U, T58W, T74W, T88W } from './models.fixture'

const overlap = (a: Box, b: Box) => a.x < b.x + b.w - 0.01 && b.x < a.x + a.w - 0.01 && a.y < b.y + b.h - 0.01 && b.y < a.y + a.h - 0.01
const inside = (a: Box, b: Box) => a.x >= b.x - 0.01 && a.y >= b.y - 0.01 && a.x + a.w <= b.x + b.w + 0.01 && a.y + a.h <= b.y + b.h + 0.01

function check(p: Picture) {
  const whole = { x: 0, y: 0, w: p.width, h: p.height }
  const boxes = p.slots.map((s) => s.box).concat(p.turn ? [p.turn] : [])
  boxes.forEach((box, i) => {
    expect(inside(box, whole)).toBe(true)
    expect(inside(box, p.crop)).toBe(true)
    expect(box.h).toBeGreaterThan(30)
    for (const other of boxes.slice(i + 1)) expect(overlap(box, other)).toBe(false)
  })
  for (const part of [p.screen, p.body, ...p.softKeys]) expect(inside(part, whole)).toBe(true)
}

const models: ModelFacts[] = [T27G, T28P, T31G, T46U, T58W, T74W, T88W, Generic, aModel({ model: 'T19', line_keys: 0 })]

describe.each(models)('$model', (m) => {
  it('has keys that neither overlap nor leave the picture', () => {
    for (let page = 1; page <= pageCount(m); page++) check(deskphone(m, page))
  })
  it('keeps its size when pages are turned', () => {
    const first = deskphone(m, 1)
    for (let page = 2; page <= pageCount(m); page++) {
      const other = deskphone(m, page)
      expect([other.width, other.height, other.screen]).toEqual([first.width, first.height, first.screen])
    }
  })
  it('has modules that do not overlap', () => {
    for (let page = 1; page <= modulePageCount(m); page++) check(expansionModule(m, 1, page))
  })
})

it('shows the key that turns pages where there is one', () => {
  expect(deskphone(T46U, 1).turn).not.toBeNull()
  expect(deskphone(T31G, 1).turn).toBeNull()
  expect(deskphone(T58W, 1).turn).toBeNull()
})
