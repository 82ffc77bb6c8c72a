/** How many recipients have their mails, wait for them, or will not get them. */
export function tally(recipients: readonly { state: string }[]): { delivered: number; pending: number; failed: number; all: number } {
  const count = (state: string) => recipients.filter((r) => r.state === state).length
  const [delivered, failed] = [count('delivered'), count('failed')]
  return { delivered, failed, pending: recipients.length - delivered - failed, all: recipients.length }
}

/** The lines of a civic address as it is written on a letter. */
export function addressLines(a: Record<string, unknown>): string[] {
  const of = (...names: string[]) => names.map((n) => a[n]).filter((v): v is string => typeof v === 'string' && v !== '').join(' ')
  const street = of('house_number', 'house_suffix', 'pre_directional', 'street', 'street_suffix', 'post_directional')
  const inside = of('building', 'unit', 'landmark', 'additional_info')
  return [street, inside, of('city', 'state', 'zip'), of('country')].filter(Boolean)
}
