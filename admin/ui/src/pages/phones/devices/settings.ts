// The settings of one phone, as one flat table of fields. Pure: reading and writing the API's nested object.

import type { TextKey } from '~/i18n'

export type Group = 'audio' | 'display' | 'regional' | 'network' | 'features'

/** A field: its group and name in the API ('jitter_buffer.mode'), and what it takes. */
export interface Field {
  group: Group
  name: string
  label: TextKey
  kind: 'toggle' | 'number' | 'choice' | 'text' | 'codecs' | 'list'
  choices?: string[]
  min?: number
  max?: number
}

const field = (group: Group, name: string, kind: Field['kind'], more: Partial<Field> = {}): Field => ({
  group, name, kind, label: `phones.set_${name.replace('jitter_buffer.', 'jitter_').replace('_ms', '')}` as TextKey, ...more,
})

export const CODECS = ['g722', 'pcmu', 'pcma', 'opus', 'g729']

export const FIELDS: Field[] = [
  field('audio', 'ring_volume', 'number', { min: 0, max: 15 }),
  field('audio', 'codecs', 'codecs'),
  field('audio', 'dtmf', 'choice', { choices: ['rfc4733', 'info', 'inband'] }),
  field('audio', 'vad_enabled', 'toggle'),
  field('audio', 'echo_cancellation', 'toggle'),
  field('audio', 'jitter_buffer.mode', 'choice', { choices: ['adaptive', 'fixed'] }),
  field('audio', 'jitter_buffer.min_ms', 'number', { min: 0, max: 400 }),
  field('audio', 'jitter_buffer.max_ms', 'number', { min: 0, max: 1000 }),
  field('display', 'time_format', 'choice', { choices: ['12h', '24h'] }),
  field('display', 'date_format', 'choice', { choices: ['M/D/Y', 'D/M/Y', 'Y-M-D'] }),
  field('display', 'backlight_timeout', 'number', { min: 0, max: 3600 }),
  field('display', 'backlight_level', 'choice', { choices: ['low', 'medium', 'high'] }),
  field('regional', 'timezone', 'text'),
  field('regional', 'language', 'choice', { choices: ['en', 'fr', 'de', 'es', 'it', 'pt', 'nl', 'pl', 'tr', 'ru'] }),
  field('regional', 'tone_scheme', 'text'),
  field('regional', 'ntp_servers', 'list'),
  field('network', 'transport', 'choice', { choices: ['udp', 'tcp', 'tls'] }),
  field('network', 'srtp', 'choice', { choices: ['off', 'optional', 'required'] }),
  field('network', 'vlan_id', 'number', { min: 1, max: 4094 }),
  field('network', 'vlan_priority', 'number', { min: 0, max: 7 }),
  field('network', 'pc_vlan_id', 'number', { min: 1, max: 4094 }),
  field('network', 'lldp_enabled', 'toggle'),
  field('network', 'qos_dscp_sip', 'number', { min: 0, max: 63 }),
  field('network', 'qos_dscp_rtp', 'number', { min: 0, max: 63 }),
  field('network', 'rtcp_enabled', 'toggle'),
  field('features', 'dnd_enabled', 'toggle'),
  field('features', 'call_waiting_enabled', 'toggle'),
  field('features', 'call_forward_enabled', 'toggle'),
  field('features', 'auto_answer_enabled', 'toggle'),
  field('features', 'web_ui_enabled', 'toggle'),
]

export const GROUPS: Group[] = ['audio', 'display', 'regional', 'network', 'features']

export const pathOf = (f: Field) => `${f.group}.${f.name}`

/** A parameter in the maker's own name; the key keeps its row while it is typed. */
export interface Raw {
  key: string
  name: string
  value: string
}

export interface Values {
  fields: Record<string, unknown>
  raw: Raw[]
}

type Nested = { [name: string]: unknown }

/** read makes the flat values of the API's settings; what is not set is absent. */
export function read(settings: Nested | null | undefined): Values {
  const fields: Record<string, unknown> = {}
  for (const f of FIELDS) {
    const value = pathOf(f).split('.').reduce<unknown>((at, part) => (at as Nested | undefined)?.[part], settings ?? {})
    if (value !== undefined && value !== null) fields[pathOf(f)] = value
  }
  const raw = Object.entries((settings?.raw ?? {}) as Record<string, string>)
  return { fields, raw: raw.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => ({ key: name, name, value })) }
}

const empty = (v: unknown) => v === undefined || v === null || v === '' || (Array.isArray(v) && v.length === 0)

/** Settings made of values; a jitter buffer without a mode is none. */
function write(v: Values): Nested {
  const out: Nested = {}
  for (const f of FIELDS) {
    const value = v.fields[pathOf(f)]
    if (empty(value)) continue
    const parts = pathOf(f).split('.')
    let at = out
    for (const part of parts.slice(0, -1)) at = (at[part] ??= {}) as Nested
    at[parts.at(-1)!] = value
  }
  const jitter = (out.audio as Nested | undefined)?.jitter_buffer as Nested | undefined
  if (jitter && !jitter.mode) jitter.mode = 'adaptive'
  const raw = v.raw.filter((r) => r.name.trim() !== '')
  if (raw.length > 0) out.raw = Object.fromEntries(raw.map((r) => [r.name.trim(), r.value]))
  return out
}

/** changes is the merge document that turns one into the other: null takes a setting away. */
export function changes(before: Values, after: Values): Nested {
  return difference(write(before), write(after))
}

function difference(before: Nested, after: Nested): Nested {
  const out: Nested = {}
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const a = before[name]
    const b = after[name]
    if (JSON.stringify(a) === JSON.stringify(b)) continue
    const whole = b === undefined || typeof b !== 'object' || Array.isArray(b) || typeof a !== 'object' || a === null
    out[name] = b === undefined ? null : whole ? b : difference(a as Nested, b as Nested)
  }
  return out
}
