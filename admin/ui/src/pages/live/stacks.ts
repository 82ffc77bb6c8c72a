/** The figures of a queue's hour or day that a chart shows. */
export interface Period {
  start: string
  answered: number
  abandoned: number
  overflowed: number
  refused: number
  callbacks: number
  ended: number
}

/** A part of a bar, from and to as shares of the chart's height. */
export interface Part {
  key: 'answered' | 'abandoned' | 'other'
  from: number
  to: number
}

export interface Bar {
  start: string
  answered: number
  abandoned: number
  other: number
  parts: Part[]
}

/** Stacks what became of the calls of each period; the highest bar fills the chart. */
export function stacksOf(periods: readonly Period[]): { bars: Bar[]; most: number } {
  const sums = periods.map((p) => ({
    start: p.start, answered: p.answered, abandoned: p.abandoned, other: p.overflowed + p.refused + p.callbacks + p.ended,
  }))
  const most = Math.max(0, ...sums.map((s) => s.answered + s.abandoned + s.other))
  const bars = sums.map((sum) => {
    let from = 0
    const parts = (['answered', 'abandoned', 'other'] as const).flatMap((key): Part[] => {
      if (sum[key] === 0) return []
      const part = { key, from, to: from + sum[key] / most }
      from = part.to
      return [part]
    })
    return { ...sum, parts }
  })
  return { bars, most }
}
