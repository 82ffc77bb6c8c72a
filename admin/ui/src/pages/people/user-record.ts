import type { Row } from '~/api/types'
import type { Tone } from '~/parts/StatusBadge'

/** User as the page uses it; login tells whether he may come to the page. */
export type User = Row<'users'> & { login?: 'none' | 'invited' | 'active' | 'expired' }

/** loginTones are the colours of login. */
export const loginTones: Record<string, Tone> = { none: 'neutral', invited: 'busy', active: 'good', expired: 'warning' }
