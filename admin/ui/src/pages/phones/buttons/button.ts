// What keys can do: the closed list of types, what each acts on, and what is missing from one. It mirrors what the
// daemon checks, so that a form can say so before it is sent; the daemon has the last word.

import { placeKey, type Place } from '../drawing/keys'

export const BUTTON_TYPES = [
  'line', 'blf_extension', 'blf_park', 'park', 'voicemail', 'blf_queue_agent', 'blf_queue_depth', 'speed_dial', 'dtmf', 'url',
  'multicast', 'conference', 'transfer', 'forward', 'intercom', 'dnd', 'record_toggle', 'hold',
] as const

export type ButtonType = (typeof BUTTON_TYPES)[number]

/** The palette's groups. */
export const BUTTON_GROUPS: { group: 'people' | 'calls' | 'parking' | 'queues' | 'other'; types: ButtonType[] }[] = [
  { group: 'people', types: ['line', 'blf_extension', 'speed_dial', 'intercom', 'voicemail'] },
  { group: 'calls', types: ['transfer', 'forward', 'conference', 'hold', 'dnd', 'record_toggle'] },
  { group: 'parking', types: ['park', 'blf_park'] },
  { group: 'queues', types: ['blf_queue_agent', 'blf_queue_depth'] },
  { group: 'other', types: ['dtmf', 'url', 'multicast'] },
]

export interface Target {
  line?: number
  user?: string | null
  extension?: string | null
  slot?: number
  queue?: string | null
  destination?: string
  digits?: string
  url?: string
  address?: string
  port?: number
  mode?: string
}

export type TargetField = keyof Target

export interface Button {
  position: number
  module?: number
  label?: string
  type?: string
  target?: Target | null
  suppressed?: boolean
}

/** The fields of each type, in the order of the form. blf_extension names a user or an extension. */
export const TARGET_FIELDS: Record<ButtonType, TargetField[]> = {
  line: ['line'],
  blf_extension: ['user', 'extension'],
  blf_park: ['slot'],
  park: ['slot'],
  voicemail: [],
  blf_queue_agent: ['queue', 'user'],
  blf_queue_depth: ['queue'],
  speed_dial: ['destination'],
  dtmf: ['digits'],
  url: ['url'],
  multicast: ['address', 'port'],
  conference: [],
  transfer: ['mode'],
  forward: ['destination'],
  intercom: ['user'],
  dnd: [],
  record_toggle: [],
  hold: [],
}

/** What is wrong with a field, as a word of the dictionary. */
export type Fault = 'required' | 'slot' | 'digits' | 'url' | 'address' | 'port' | 'line' | 'dialable' | 'label'

export const MAX_LABEL = 99
const MAX_LINE = 24
const MAX_SLOT = 99
const MAX_URL = 511

export function isButtonType(type: string | undefined): type is ButtonType {
  return BUTTON_TYPES.includes(type as ButtonType)
}

export function placeOf(b: Button): Place {
  return { module: b.module ?? 0, position: b.position }
}

export function keyOf(b: Button): string {
  return placeKey(placeOf(b))
}

function wholeBetween(n: number | undefined, low: number, high: number): boolean {
  return n !== undefined && Number.isInteger(n) && n >= low && n <= high
}

/** IPv4 224.0.0.0/4, or IPv6 ff00::/8 as far as a form needs it. */
export function isMulticast(address: string): boolean {
  const parts = address.split('.')
  if (parts.length === 4) {
    return parts.every((p) => /^(0|[1-9]\d{0,2})$/.test(p) && Number(p) <= 255) && Number(parts[0]) >= 224 && Number(parts[0]) <= 239
  }
  return /^ff[0-9a-f]{2}:[0-9a-f:]+$/i.test(address)
}

function isWebAddress(text: string): boolean {
  if (text.length > MAX_URL || /\s/.test(text)) return false
  try {
    const u = new URL(text)
    return (u.protocol === 'http:' || u.protocol === 'https:') && u.host !== ''
  } catch {
    return false
  }
}

const CHECKS: Partial<Record<ButtonType, (t: Target) => Partial<Record<TargetField, Fault>>>> = {
  line: (t) => (t.line === undefined || wholeBetween(t.line, 1, MAX_LINE) ? {} : { line: 'line' }),
  blf_extension: (t) => (!t.user === !t.extension ? { [t.extension === undefined ? 'user' : 'extension']: 'required' } : {}),
  intercom: (t) => (t.user ? {} : { user: 'required' }),
  blf_park: (t) => (wholeBetween(t.slot, 1, MAX_SLOT) ? {} : { slot: 'slot' }),
  park: (t) => (t.slot === undefined || wholeBetween(t.slot, 1, MAX_SLOT) ? {} : { slot: 'slot' }),
  blf_queue_agent: (t) => (t.queue ? {} : { queue: 'required' }),
  blf_queue_depth: (t) => (t.queue ? {} : { queue: 'required' }),
  speed_dial: (t) => dialled(t, true),
  forward: (t) => dialled(t, false),
  dtmf: (t) => (/^[0-9*#ABCD,]{1,32}$/.test(t.digits ?? '') ? {} : { digits: t.digits ? 'digits' : 'required' }),
  url: (t) => (isWebAddress(t.url ?? '') ? {} : { url: t.url ? 'url' : 'required' }),
  multicast: (t) => ({
    ...(isMulticast(t.address ?? '') ? {} : { address: t.address ? 'address' : 'required' }),
    ...(wholeBetween(t.port, 1024, 65535) ? {} : { port: t.port === undefined ? 'required' : 'port' }),
  }),
  transfer: (t) => (t.mode === 'blind' || t.mode === 'attended' ? {} : { mode: 'required' }),
}

function dialled(t: Target, needed: boolean): Partial<Record<TargetField, Fault>> {
  const text = (t.destination ?? '').trim()
  if (text === '') return needed ? { destination: 'required' } : {}
  return /^\+?[0-9*#]{1,32}$/.test(text.replace(/[-. ()]/g, '')) ? {} : { destination: 'dialable' }
}

/** What is missing or wrong, by field; nothing when the button can be saved. */
export function faults(b: Button): Partial<Record<TargetField | 'label', Fault>> {
  if (!isButtonType(b.type)) return {}
  const found: Partial<Record<TargetField | 'label', Fault>> = CHECKS[b.type]?.(b.target ?? {}) ?? {}
  if ((b.label ?? '').length > MAX_LABEL || /[\r\n]/.test(b.label ?? '') || b.label === '%NULL%') found.label = 'label'
  return found
}

export function isComplete(b: Button): boolean {
  return isButtonType(b.type) && Object.keys(faults(b)).length === 0
}

/** Whether a key of that type works as soon as it is dropped. */
export function needsNoTarget(type: ButtonType): boolean {
  return isComplete({ position: 1, type })
}

/** The button with the fields of its type only, empty ones left out: what the daemon takes. */
export function tidy(b: Button): Button {
  const out: Button = { position: b.position }
  if (b.module) out.module = b.module
  if (b.suppressed) return { ...out, suppressed: true }
  out.type = b.type
  const label = (b.label ?? '').trim()
  if (label) out.label = label
  const target: Record<string, unknown> = {}
  for (const field of isButtonType(b.type) ? TARGET_FIELDS[b.type] : []) {
    const value = b.target?.[field]
    if (value !== undefined && value !== null && value !== '') target[field] = typeof value === 'string' ? value.trim() : value
  }
  if (Object.keys(target).length > 0) out.target = target as Target
  return out
}
