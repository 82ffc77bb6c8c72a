import { useFields } from '~/parts/fields'
import type { Shown } from '~/api/types'

/** Account is the record the settings edit. */
export type Account = Shown<'Account'>

/** useAccountFields binds its fields. */
export const useAccountFields = (account: Account) => useFields('/v1/accounts', account, 'account.update')
