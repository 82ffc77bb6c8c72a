import { describe, expect, it, test } from 'vitest'
import { BUTTON_GROUPS, BUTTON_TYPES, faults, isComplete, isMulticast, needsNoTarget, TARGET_FIELDS, tidy, type Button } from './button'
import { buttonAt, firstFree, move, put, removeAt, same, saved } from './draft'

test('the palette has every type once', () => {
  expect(BUTTON_GROUPS.flatMap((g) => g.types).sort()).toEqual([...BUTTON_TYPES].sort())
})

test.each<[string, Button, Record<string, string>]>([
  ['a line', { position: 1, type: 'line' }, {}],
  ['line 30', { position: 1, type: 'line', target: { line: 30 } }, { line: 'line' }],
  ['nobody', { position: 1, type: 'blf_extension' }, { user: 'required' }],
  ['a user', { position: 1, type: 'blf_extension', target: { user: 'user_1' } }, {}],
  ['an extension', { position: 1, type: 'blf_extension', target: { extension: 'ext_1' } }, {}],
  ['a user and an extension', { position: 1, type: 'blf_extension', target: { user: 'u', extension: 'e' } }, { extension: 'required' }],
  ['slot 0', { position: 1, type: 'blf_park', target: { slot: 0 } }, { slot: 'slot' }],
  ['the next free slot', { position: 1, type: 'park' }, {}],
  ['slot 100', { position: 1, type: 'park', target: { slot: 100 } }, { slot: 'slot' }],
  ['an agent of nothing', { position: 1, type: 'blf_queue_agent', target: { user: 'u' } }, { queue: 'required' }],
  ['oneself as agent', { position: 1, type: 'blf_queue_agent', target: { queue: 'q' } }, {}],
  ['a speed dial to nowhere', { position: 1, type: 'speed_dial' }, { destination: 'required' }],
  ['a number as people write it', { position: 1, type: 'speed_dial', target: { destination: '+1 (312) 555-0100' } }, {}],
  ['a name', { position: 1, type: 'speed_dial', target: { destination: 'bob' } }, { destination: 'dialable' }],
  ['a feature code', { position: 1, type: 'speed_dial', target: { destination: '*68' } }, {}],
  ['an injection', { position: 1, type: 'speed_dial', target: { destination: '1\nlinekey.2.type = 5' } }, { destination: 'dialable' }],
  ['a forward that asks', { position: 1, type: 'forward' }, {}],
  ['digits', { position: 1, type: 'dtmf', target: { digits: '12#,4' } }, {}],
  ['letters', { position: 1, type: 'dtmf', target: { digits: 'hello' } }, { digits: 'digits' }],
  ['a page', { position: 1, type: 'url', target: { url: 'https://example.com/door' } }, {}],
  ['a script', { position: 1, type: 'url', target: { url: 'javascript:alert(1)' } }, { url: 'url' }],
  ['a group', { position: 1, type: 'multicast', target: { address: '224.5.6.20', port: 10008 } }, {}],
  ['no group', { position: 1, type: 'multicast', target: { address: '192.0.2.1', port: 80 } }, { address: 'address', port: 'port' }],
  ['a transfer', { position: 1, type: 'transfer' }, { mode: 'required' }],
  ['a long label', { position: 1, type: 'dnd', label: 'x'.repeat(100) }, { label: 'label' }],
])('%s', (_, b, want) => {
  expect(faults(b)).toEqual(want)
  expect(isComplete(b)).toBe(Object.keys(want).length === 0)
})

test('types that need nothing more', () => {
  expect(BUTTON_TYPES.filter(needsNoTarget)).toEqual(['line', 'park', 'voicemail', 'conference', 'forward', 'dnd', 'record_toggle', 'hold'])
})

test.each(BUTTON_TYPES)('%s keeps only fields of its own', (type) => {
  const all = { line: 1, user: 'u', extension: 'e', slot: 3, queue: 'q', destination: ' 1 ', digits: '1', url: 'http://a', address: '224.0.0.1', port: 2000, mode: 'blind' }
  const b = tidy({ position: 4, module: 0, type, label: '  Door ', target: all })
  expect(Object.keys(b.target ?? {}).sort()).toEqual([...TARGET_FIELDS[type]].sort())
  expect(b.label).toBe('Door')
  expect('module' in b).toBe(false)
})

test('a suppressed key has nothing else', () => {
  expect(tidy({ position: 4, module: 2, suppressed: true, label: 'x', type: 'dnd' })).toEqual({ position: 4, module: 2, suppressed: true })
})

test.each([['224.0.0.1', true], ['239.255.255.255', true], ['240.0.0.1', false], ['224.0.0.256', false], ['224.0.0.01', false], ['ff02::1', true], ['fe80::1', false], ['x', false]])(
  'multicast %s', (address, want) => expect(isMulticast(address)).toBe(want),
)

describe('a layout', () => {
  const key = (position: number, label: string, module?: number): Button => ({ position, label, type: 'dnd', ...(module ? { module } : {}) })
  const list = [key(1, 'a'), key(3, 'b'), key(4, 'c'), key(1, 'm', 1)]
  const shown = (l: Button[]) => l.map((b) => `${b.module ?? 0}/${b.position}${b.label}`).join(' ')

  it('moves a key to a free place', () => expect(shown(move(list, { module: 0, position: 1 }, { module: 0, position: 2 }))).toBe('0/2a 0/3b 0/4c 1/1m'))
  it('shifts the keys between, and keeps the gaps', () => {
    expect(shown(move(list, { module: 0, position: 4 }, { module: 0, position: 1 }))).toBe('0/1c 0/3a 0/4b 1/1m')
    expect(shown(move(list, { module: 0, position: 1 }, { module: 0, position: 4 }))).toBe('0/1b 0/3c 0/4a 1/1m')
  })
  it('moves keys between the phone and a module', () => {
    expect(shown(move(list, { module: 1, position: 1 }, { module: 0, position: 2 }))).toBe('0/1a 0/2m 0/3b 0/4c')
    expect(shown(move(list, { module: 0, position: 1 }, { module: 1, position: 1 }))).toBe('0/1b 0/3c 0/4m 1/1a')
  })
  it('leaves itself alone', () => {
    expect(shown(move(list, { module: 0, position: 1 }, { module: 0, position: 1 }))).toBe(shown(list))
    expect(shown(move(list, { module: 0, position: 9 }, { module: 0, position: 1 }))).toBe(shown(list))
    expect(shown(list)).toBe('0/1a 0/3b 0/4c 1/1m')
  })
  it('puts, finds and removes', () => {
    expect(shown(put(list, key(3, 'x')))).toBe('0/1a 0/3x 0/4c 1/1m')
    expect(buttonAt(list, { module: 1, position: 1 })?.label).toBe('m')
    expect(shown(removeAt(list, { module: 0, position: 3 }))).toBe('0/1a 0/4c 1/1m')
    expect(firstFree(list, [{ module: 0, position: 1 }, { module: 0, position: 2 }])).toEqual({ module: 0, position: 2 })
    expect(firstFree(list, [{ module: 0, position: 1 }])).toBeUndefined()
  })
  it('knows what changed', () => {
    expect(same(list, [...list].reverse())).toBe(true)
    expect(same(list, put(list, { ...key(1, 'a '), target: {} }))).toBe(true)
    expect(same(list, removeAt(list, { module: 0, position: 1 }))).toBe(false)
    expect(saved([{ position: 1, type: 'dnd', target: null, label: '' }])).toEqual([{ position: 1, type: 'dnd' }])
  })
})
