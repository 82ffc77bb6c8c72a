import { tMaybe } from '~/i18n'

/** Roles of an account's managers, the mightiest first. */
export const managerRoles = ['owner', 'account_manager', 'viewer'] as const

/** roleName is a role as people read it. */
export const roleName = (role: string): string => tMaybe(`people.role_${role}`) ?? role
