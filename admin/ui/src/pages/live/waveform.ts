/** The lowest and highest sample of each of so many parts of a sound, -1 to 1. */
export interface Peak {
  low: number
  high: number
}

/** Reduces samples to what fits on a screen. Parts without samples are silent. */
export function peaksOf(samples: Float32Array, parts: number): Peak[] {
  const peaks: Peak[] = []
  for (let part = 0; part < parts; part++) {
    const from = Math.floor((part * samples.length) / parts)
    const to = Math.max(Math.floor(((part + 1) * samples.length) / parts), Math.min(from + 1, samples.length))
    let low = 0
    let high = 0
    for (let i = from; i < to; i++) {
      const sample = samples[i]!
      if (sample < low) low = sample
      if (sample > high) high = sample
    }
    peaks.push({ low, high })
  }
  return peaks
}

// What is quieter is noise, and shown as such.
const faint = 0.01

/** The same with its loudest part as high as can be: a quiet sound has a shape too. */
export function raised(peaks: readonly Peak[]): Peak[] {
  const most = peaks.reduce((m, p) => Math.max(m, p.high, -p.low), faint)
  return peaks.map((p) => ({ low: p.low / most, high: p.high / most }))
}

/** The outline of a sound as the path of an SVG of that size. */
export function outline(peaks: readonly Peak[], width: number, height: number): string {
  if (peaks.length === 0) return ''
  const middle = height / 2
  const x = (i: number) => round((i * width) / Math.max(peaks.length - 1, 1))
  // never thinner than a hair: silence is shown, not left out
  const y = (sample: number) => round(middle - Math.min(Math.max(sample, -1), 1) * (middle - 1))
  const top = peaks.map((peak, i) => `${x(i)} ${round(y(peak.high) - 0.5)}`)
  const bottom = peaks.map((peak, i) => `${x(i)} ${round(y(peak.low) + 0.5)}`).reverse()
  return `M${top.join('L')}L${bottom.join('L')}Z`
}

function round(n: number): number {
  return Math.round(n * 100) / 100
}
