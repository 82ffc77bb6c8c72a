/** Invitation is what the API tells of a link or temporary password it made. */
export interface Invitation {
  mailed: boolean
  /** Only where no relay takes mail. */
  link?: string
  temporary_password?: string
  expires_at: string
}

/** Invited is an invitation and whose it is. */
export interface Invited {
  email: string
  invitation: Invitation
}

/** invitationOf finds the invitation in an answer: in a record under its name, or by itself. */
export function invitationOf(answer: unknown): Invitation | null {
  if (typeof answer !== 'object' || answer === null) return null
  const inside = (answer as { invitation?: Invitation }).invitation ?? (answer as Invitation)
  return typeof inside.expires_at === 'string' && typeof inside.mailed === 'boolean' ? inside : null
}
