import { Center, Loader } from '@mantine/core'
import { Outlet, useMatch } from '@tanstack/react-router'
import { problemOf } from '~/api/problem'
import { useList, useRecord } from '~/api/records'
import type { Shown } from '~/api/types'
import { accountPath, lastAccount, Redirect, rememberAccount, useAccountID } from './account'
import { LiveProvider } from './live'
import { ProblemPage } from './problem'
import { useSession } from './session'

/** Entrance sends an address without an account to the same page of the person's account. */
export function Entrance() {
  const session = useSession()
  // The match this is drawn for: the location is already another one while it is left.
  const { pathname, search } = useMatch({ strict: false }) as { pathname: string; search: Record<string, string> }
  const accounts = useList<'/v1/accounts', Shown<'Account'>>('/v1/accounts', { limit: 100 }, { enabled: session.administrator })
  if (session.administrator && accounts.isPending) return <Waiting />
  if (accounts.error) return <ProblemPage problem={problemOf(accounts.error)} />
  const known = accounts.data?.data.map((a) => a.id) ?? []
  const last = lastAccount()
  // Of more accounts than were asked for, the last one may well be there.
  const there = last !== '' && (known.includes(last) || Boolean(accounts.data?.next))
  const account = session.account ?? (there ? last : known[0])
  if (!account) return <Redirect to="/platform/accounts" />
  return <Redirect to={accountPath(account, pathname)} search={search} />
}

/** AccountScope is around every page of an account: there must be one, and it is live. A user sees neither. */
export function AccountScope() {
  const id = useAccountID()
  const user = useSession().role === 'user'
  const account = useRecord<'/v1/accounts', Shown<'Account'>>('/v1/accounts', user ? null : id)
  if (user) return <Outlet key={id} />
  if (account.isPending) return <Waiting />
  if (account.error) return <ProblemPage problem={problemOf(account.error)} />
  rememberAccount(id)
  return (
    <LiveProvider>
      <Outlet key={id} />
    </LiveProvider>
  )
}

function Waiting() {
  return (
    <Center h="60vh">
      <Loader aria-label="…" />
    </Center>
  )
}
