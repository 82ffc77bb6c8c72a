/** timezones are the names of the time zones the browser knows. */
export function timezones(): string[] {
  const known = Intl.supportedValuesOf('timeZone')
  return known.includes('UTC') ? known : ['UTC', ...known]
}
