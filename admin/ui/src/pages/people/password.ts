/** The rule for passwords a person chooses, as the API checks it. */

export const shortestPassword = 12

/** PasswordChecks are the parts of the rule, and whether a password keeps them. */
export interface PasswordChecks {
  long: boolean
  digit: boolean
  mixed: boolean
}

/** passwordChecks says which parts of the rule a password keeps already. */
export function passwordChecks(password: string): PasswordChecks {
  return {
    long: [...password].length >= shortestPassword,
    digit: /\p{Nd}/u.test(password),
    mixed: /\p{Ll}/u.test(password) && /\p{Lu}/u.test(password),
  }
}

/** keepsRule says whether the API takes a password, as far as its text alone tells. */
export function keepsRule(password: string): boolean {
  const { long, digit, mixed } = passwordChecks(password)
  return long && digit && mixed
}
