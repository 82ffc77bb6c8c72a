/**
 * changedFields are the values of a form that differ from the record they came from, and
 * those the record does not show: secrets.
 */
export function changedFields(record: object, values: Record<string, unknown>): Record<string, unknown> {
  const before = record as Record<string, unknown>
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => (name in before ? !same(before[name], value) : value !== undefined)))
}

// Null, absent and empty text are one: the API shows an unset text as '' and an unset reference as null.
const same = (a: unknown, b: unknown) => text(a) === text(b)
const text = (v: unknown) => (v === undefined || v === null || v === '' ? '' : JSON.stringify(sorted(v)))

function sorted(v: unknown): unknown {
  if (Array.isArray(v)) return v.map(sorted)
  if (typeof v !== 'object' || v === null) return v
  return Object.fromEntries(
    Object.entries(v)
      .filter(([, value]) => value !== undefined)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, value]) => [name, sorted(value)]),
  )
}
