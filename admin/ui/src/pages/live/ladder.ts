import { summarize, type Summary, type TraceMessage } from './message'

/** A vertical line of the ladder: one address, or this daemon. */
export interface Lane {
  /** The address:port; empty for the daemon. */
  address: string
  /** The transports its messages came over. */
  transports: string[]
}

/** What kind of message an arrow is, for its colour. */
export type Tone = 'request' | 'provisional' | 'success' | 'redirect' | 'failure'

/** A message between two lanes. */
export interface Arrow extends Summary {
  /** Place in the trace. */
  index: number
  from: number
  to: number
  tone: Tone
  /** Seconds since the first message. */
  seconds: number
  /** Whether the same message went the same way before (RFC 3261, 17). */
  again: boolean
  /** Number of the dialog, by Call-ID, from 0. */
  dialog: number
}

/** A call's messages, ready to be drawn. */
export interface Ladder {
  lanes: Lane[]
  arrows: Arrow[]
  /** The lane that is the daemon. */
  ours: number
}

/**
 * Lays a trace out: the side the first message came from stands left, the daemon beside it,
 * and everybody else to the right in the order they appear.
 */
export function ladderOf(messages: readonly TraceMessage[]): Ladder {
  const lanes = lanesOf(messages)
  const ours = lanes.findIndex((lane) => lane.address === '')
  const at = new Map(lanes.map((lane, i) => [lane.address, i]))
  const begin = Date.parse(messages[0]?.time ?? '')
  const seen = new Set<string>()
  const dialogs = new Map<string, number>()
  const arrows = messages.map((message, index): Arrow => {
    const summary = summarize(message.message)
    const remote = at.get(message.remote) ?? 0
    const key = [message.sent, message.remote, summary.label, summary.callID, summary.cseq, summary.branch].join('\n')
    const again = seen.has(key)
    seen.add(key)
    if (!dialogs.has(summary.callID)) dialogs.set(summary.callID, dialogs.size)
    const seconds = (Date.parse(message.time) - begin) / 1000
    return {
      ...summary, index, again, tone: toneOf(summary.status),
      from: message.sent ? ours : remote, to: message.sent ? remote : ours,
      seconds: Number.isFinite(seconds) ? seconds : 0,
      dialog: dialogs.get(summary.callID) ?? 0,
    }
  })
  return { lanes, arrows, ours }
}

function lanesOf(messages: readonly TraceMessage[]): Lane[] {
  const remotes = new Map<string, Lane>()
  for (const message of messages) {
    const lane = remotes.get(message.remote) ?? { address: message.remote, transports: [] }
    if (!lane.transports.includes(message.transport)) lane.transports.push(message.transport)
    remotes.set(message.remote, lane)
  }
  const all = [...remotes.values()]
  const us: Lane = { address: '', transports: [] }
  return messages[0]?.sent ? [us, ...all] : [...all.slice(0, 1), us, ...all.slice(1)]
}

function toneOf(status: number): Tone {
  if (status === 0) return 'request'
  if (status < 200) return 'provisional'
  if (status < 300) return 'success'
  return status < 400 ? 'redirect' : 'failure'
}

/** The middle of a lane in a drawing of that width. */
export function laneX(lane: number, lanes: number, width: number): number {
  return ((lane + 0.5) * width) / Math.max(lanes, 1)
}

/** Seconds as the ladder shows them: milliseconds for what is short. */
export function offset(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(3)} s`
  const whole = Math.floor(seconds)
  if (whole < 60) return `${seconds.toFixed(1)} s`
  const two = (n: number) => String(n).padStart(2, '0')
  return `${Math.floor(whole / 60)}:${two(whole % 60)}`
}
