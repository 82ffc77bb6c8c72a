import { tMaybe, type useT } from '~/i18n'

/** Roles of an account's managers, the mightiest first. */
export const managerRoles = ['owner', 'account_manager', 'viewer'] as const

/** roleName is a role as people read it. */
export function roleName(_t: ReturnType<typeof useT>, role: string): string {
  return tMaybe(`people.role_${role}`) ?? role
}
