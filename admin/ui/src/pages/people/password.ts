/** The rule for one's own password, as far as its text alone tells; the API checks it too. */

export const shortestPassword = 12
export const fewestDifferent = 5

/** PasswordChecks are the parts of the rule, and whether a password keeps them. */
export interface PasswordChecks {
  long: boolean
  varied: boolean
}

/** passwordChecks says which parts of the rule a password keeps already. */
export function passwordChecks(password: string): PasswordChecks {
  const characters = [...password]
  return { long: characters.length >= shortestPassword, varied: new Set(characters).size >= fewestDifferent }
}

/** keepsRule says whether a password may be sent. */
export function keepsRule(password: string): boolean {
  const { long, varied } = passwordChecks(password)
  return long && varied
}
