/**
 * safeNext is where a log-in leads: a page of this very site. An address that browsers
 * would read as another host's ('//host', '/\host') is not followed.
 */
export function safeNext(next: unknown): string {
  if (typeof next !== 'string' || !/^\/(?![/\\])/.test(next) || /[\t\r\n]/.test(next)) return '/'
  return next.startsWith('/login') ? '/' : next
}
