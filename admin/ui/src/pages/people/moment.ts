/** localMoment is a moment as <input type="datetime-local"> wants it, in the reader's zone. */
export function localMoment(at: string | null | undefined): string {
  if (!at) return ''
  const date = new Date(at)
  const part = (n: number) => String(n).padStart(2, '0')
  return `${date.getFullYear()}-${part(date.getMonth() + 1)}-${part(date.getDate())}T${part(date.getHours())}:${part(date.getMinutes())}`
}

/** momentOf is the RFC 3339 moment of such an input; null when it is empty. */
export function momentOf(local: string): string | null {
  const date = new Date(local)
  return local && !Number.isNaN(date.getTime()) ? date.toISOString() : null
}
