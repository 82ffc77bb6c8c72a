import { expect, test } from 'vitest'
import { changes, FIELDS, pathOf, read } from './settings'

const stored = {
  audio: { ring_volume: 7, codecs: ['g722', 'pcmu'], jitter_buffer: { mode: 'fixed', min_ms: 40 } },
  network: { vlan_id: 20 },
  raw: { 'features.b': '2', 'features.a': '1' },
}

test('settings are read flat', () => {
  expect(read(stored)).toEqual({
    fields: { 'audio.ring_volume': 7, 'audio.codecs': ['g722', 'pcmu'], 'audio.jitter_buffer.mode': 'fixed', 'audio.jitter_buffer.min_ms': 40, 'network.vlan_id': 20 },
    raw: [{ key: 'features.a', name: 'features.a', value: '1' }, { key: 'features.b', name: 'features.b', value: '2' }],
  })
  expect(read(null)).toEqual({ fields: {}, raw: [] })
})

const edit = (fields: Record<string, unknown>, raw = read(stored).raw) => ({ fields: { ...read(stored).fields, ...fields }, raw })

test.each<[string, ReturnType<typeof edit>, object]>([
  ['nothing', edit({}), {}],
  ['a value', edit({ 'audio.ring_volume': 3 }), { audio: { ring_volume: 3 } }],
  ['false is a value', edit({ 'network.lldp_enabled': false }), { network: { lldp_enabled: false } }],
  ['zero is a value', edit({ 'audio.ring_volume': 0 }), { audio: { ring_volume: 0 } }],
  ['emptied', edit({ 'audio.ring_volume': '', 'audio.codecs': [] }), { audio: { ring_volume: null, codecs: null } }],
  ['a whole group', edit({ 'network.vlan_id': '' }), { network: null }],
  ['a new group', edit({ 'display.time_format': '24h' }), { display: { time_format: '24h' } }],
  ['part of the jitter buffer', edit({ 'audio.jitter_buffer.max_ms': 200 }), { audio: { jitter_buffer: { max_ms: 200 } } }],
  ['parameters', edit({}, [{ key: 'x', name: ' features.a ', value: '9' }, { key: 'y', name: '', value: 'z' }]), { raw: { 'features.a': '9', 'features.b': null } }],
])('%s', (_, after, want) => expect(changes(read(stored), after)).toEqual(want))

test('a delay alone has a mode', () => {
  expect(changes(read({}), { fields: { 'audio.jitter_buffer.min_ms': 60 }, raw: [] })).toEqual({ audio: { jitter_buffer: { min_ms: 60, mode: 'adaptive' } } })
})

test('every field stands once', () => expect(new Set(FIELDS.map(pathOf)).size).toBe(FIELDS.length))
