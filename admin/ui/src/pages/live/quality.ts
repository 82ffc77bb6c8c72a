/** How people would call what they heard (ITU-T G.107, table B.1, by MOS). */
export type Verdict = 'good' | 'fair' | 'poor' | 'bad' | 'unknown'

/** The part of a leg that its quality follows from. */
export interface LegMedia {
  packets_received: number
  packets_lost: number
  loss_percent: number
  jitter_ms: number
  round_trip_ms: number
  mos: number
}

const worst = 1
const best = 4.5

/** Where each verdict begins. */
export const bands: readonly { verdict: Exclude<Verdict, 'unknown'>; from: number }[] = [
  { verdict: 'bad', from: worst },
  { verdict: 'poor', from: 3.1 },
  { verdict: 'fair', from: 3.6 },
  { verdict: 'good', from: 4.0 },
]

/** What a MOS means; 0 is one that is not known. */
export function verdictOf(mos: number): Verdict {
  if (!(mos > 0)) return 'unknown'
  return [...bands].reverse().find((band) => mos >= band.from)?.verdict ?? 'bad'
}

/** A value on a scale from 0 to 1. */
export function place(value: number, from: number, to: number): number {
  return Math.min(Math.max((value - from) / (to - from), 0), 1)
}

/** A line of the plot: a scale with a mark. */
export interface Gauge {
  key: 'mos' | 'loss' | 'jitter' | 'round_trip'
  value: number
  /** As it is told, with its unit. */
  text: string
  /** 0 to 1, where 1 is as good as it gets; null for what is not known. */
  at: number | null
  verdict: Verdict
}

/**
 * What a leg's media were like. Beyond 5 % loss, 100 ms jitter or 500 ms round trip a scale
 * ends: nobody wants to listen to that.
 */
export function gaugesOf(leg: LegMedia): Gauge[] {
  const heard = leg.packets_received > 0
  const gauge = (key: Gauge['key'], value: number, text: string, most: number, limits: [number, number, number], known: boolean): Gauge => ({
    key, value, text: known ? text : '–', at: known ? 1 - place(value, 0, most) : null,
    verdict: known ? under(value, limits) : 'unknown',
  })
  return [
    {
      key: 'mos', value: leg.mos, text: leg.mos > 0 ? leg.mos.toFixed(2) : '–',
      at: leg.mos > 0 ? place(leg.mos, worst, best) : null, verdict: verdictOf(leg.mos),
    },
    gauge('loss', leg.loss_percent, `${trimmed(leg.loss_percent, 2)} %`, 5, [0.5, 1.5, 3], heard),
    gauge('jitter', leg.jitter_ms, `${trimmed(leg.jitter_ms, 1)} ms`, 100, [20, 40, 60], heard),
    gauge('round_trip', leg.round_trip_ms, `${trimmed(leg.round_trip_ms, 0)} ms`, 500, [150, 300, 400], leg.round_trip_ms > 0),
  ]
}

/** The best verdict whose limit a value does not pass. */
function under(value: number, [good, fair, poor]: [number, number, number]): Verdict {
  if (value <= good) return 'good'
  if (value <= fair) return 'fair'
  return value <= poor ? 'poor' : 'bad'
}

/** A number with at most so many digits behind the point, without idle zeros. */
export function trimmed(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)))
}
