import { describe, expect, it, test } from 'vitest'
import { formOf, keysPerPage, memoryKeys, modulePage, modulePageCount, pageCount, pageOf, pagesInferred, parsePlace, phonePage, placeKey, places, settable, touchColumns } from './keys'
import { aModel, Generic, T27G, T28P, T31G, T46U, T58W, T74W, T88W, W60B } from './models.fixture'

test.each([
  [T46U, 'keys'], [T31G, 'keys'], [T58W, 'touch'], [W60B, 'dect_base'], [Generic, 'keys'],
  [aModel({ kind: 'conference', screen: { class: 'touch', width: 0, height: 0 } }), 'conference'],
  [aModel({ kind: 'dect_handset', type: 'dect_handset' }), 'handset'],
  [aModel({ type: 'softphone' }), 'softphone'],
  [aModel({ line_keys: 0 }), 'plain'],
])('%o is drawn as %s', (model, form) => expect(formOf(model)).toBe(form))

describe('pages of keys', () => {
  it('a T46U has nine keys a page, five on the left, and one that turns pages', () => {
    expect([keysPerPage(T46U), pageCount(T46U), pagesInferred(T46U)]).toEqual([9, 3, false])
    expect(phonePage(T46U, 1)).toEqual({ left: [1, 2, 3, 4, 5], right: [6, 7, 8, 9], turns: true })
    expect(phonePage(T46U, 3)).toEqual({ left: [19, 20, 21, 22, 23], right: [24, 25, 26, 27], turns: true })
  })
  it('a T27G has seven', () => expect(phonePage(T27G, 2)).toEqual({ left: [8, 9, 10, 11], right: [12, 13, 14], turns: true }))
  it('a T31G has one column and one page', () => expect(phonePage(T31G, 1)).toEqual({ left: [1, 2], right: [], turns: false }))
  it('a T28P has memory keys behind its line keys', () => {
    expect(phonePage(T28P, 1)).toEqual({ left: [1, 2, 3], right: [4, 5, 6], turns: false })
    expect(memoryKeys(T28P)).toEqual([7, 8, 9, 10, 11, 12, 13, 14, 15, 16])
  })
  it('undocumented pages are guessed and marked so', () => {
    expect([keysPerPage(T74W), pageCount(T74W), pagesInferred(T74W)]).toEqual([10, 6, true])
    expect([keysPerPage(Generic), pageCount(Generic), pagesInferred(Generic)]).toEqual([9, 3, true])
    expect([keysPerPage(T58W), pageCount(T58W), pagesInferred(T58W)]).toEqual([27, 1, false])
    expect([keysPerPage(T88W), pageCount(T88W), pagesInferred(T88W)]).toEqual([24, 4, true])
  })
  it('the last page may be short', () => expect([...phonePage(T88W, 4).left, ...phonePage(T88W, 4).right]).toHaveLength(95 - 72))
})

test.each([T46U, T27G, T28P, T31G, T58W, T74W, T88W, Generic])('every key of $model is on exactly one page', (m) => {
  const seen: number[] = []
  for (let page = 1; page <= pageCount(m); page++) {
    const { left, right } = phonePage(m, page)
    for (const p of [...left, ...right]) {
      expect(pageOf(m, { module: 0, position: p })).toBe(page)
      seen.push(p)
    }
  }
  expect(seen).toEqual(Array.from({ length: m.line_keys }, (_, i) => i + 1))
})

describe('expansion modules', () => {
  test.each([[T46U, 3, 20], [T27G, 2, 20], [T74W, 3, 26], [T28P, 1, 38]] as const)('%o', (m, count, size) => {
    expect(modulePageCount(m)).toBe(count)
    const { left, right } = modulePage(m, 1)
    expect([left.length, right.length]).toEqual([size / 2, size / 2])
  })
  it('starts the second page behind the first', () => expect(modulePage(T46U, 2).left[0]).toBe(21))
  it('knows which keys take a setting', () => {
    expect(settable(T27G, 1, { module: 1, position: 21 })).toBe(false)
    expect(settable(T27G, 1, { module: 1, position: 22 })).toBe(true)
    expect(settable(T27G, 1, { module: 2, position: 1 })).toBe(false)
    expect(settable(T31G, 1, { module: 1, position: 1 })).toBe(false)
    expect(settable(T28P, 0, { module: 0, position: 16 })).toBe(true)
    expect(settable(T28P, 0, { module: 0, position: 17 })).toBe(false)
  })
  it('lists every key in order', () => {
    const list = places(T27G, 2)
    expect(list).toHaveLength(21 + 39 * 2)
    expect(list[21]).toEqual({ module: 1, position: 1 })
    expect(places(T31G, 3)).toHaveLength(2)
  })
})

test('touch screens have enough columns', () => expect([1, 4, 9, 24, 27].map(touchColumns)).toEqual([1, 2, 3, 4, 5]))

test('places are read back', () => {
  expect(parsePlace(placeKey({ module: 2, position: 17 }))).toEqual({ module: 2, position: 17 })
  for (const bad of ['', 'x', '1', '1/', '1/2/3', '1/9999']) expect(parsePlace(bad)).toBeNull()
})
