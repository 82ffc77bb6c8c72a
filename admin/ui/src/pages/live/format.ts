/** Whole seconds from one time to another; 0 when either is missing. */
export function between(from: string | undefined | null, to: string | number): number {
  const start = Date.parse(from ?? '')
  const end = typeof to === 'number' ? to : Date.parse(to)
  return Number.isFinite(start) && Number.isFinite(end) ? Math.max(Math.floor((end - start) / 1000), 0) : 0
}

/** Bytes as people read them, 1 kB = 1000 bytes. */
export function bytes(n: number, language: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const
  let size = n
  let unit = 0
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000
    unit++
  }
  return new Intl.NumberFormat(language, { style: 'unit', unit: units[unit], unitDisplay: 'short', maximumFractionDigits: unit ? 1 : 0 }).format(size)
}

/** The user part of a SIP URI, or the whole of what is none: 'sip:a@b' is 'a'. */
export function userOf(uri: string): string {
  return /^<?sips?:([^@;>]+)@/.exec(uri)?.[1] ?? uri
}
