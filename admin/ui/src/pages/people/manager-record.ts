import type { Tone } from '~/parts/StatusBadge'

/** Manager runs an account on the page; an administrator has no account. */
export interface Manager {
  id: string
  revision: number
  name: string
  email: string
  role: string
  language: string
  status?: 'invited' | 'active' | 'expired'
  last_login_at?: string | null
  must_change_password?: boolean
}

/** ManagerAct is what can be done to a manager besides changing fields. */
export type ManagerAct = 'resend' | 'reset' | 'sign_out' | 'owner' | 'delete'

/** managerTones are the colours of a manager's status. */
export const managerTones: Record<string, Tone> = { invited: 'busy', active: 'good', expired: 'warning' }
