import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { send, setGate } from '~/api/client'
import { Problem } from '~/api/problem'
import { languageChosen, languages, setLanguage, type Language } from '~/i18n'
import { LoginDialog } from './login-dialog'

/** Session is who uses the page, as GET /v1/session tells it. */
export interface Session {
  person: { id: string; name: string; email: string; language: string }
  role: 'owner' | 'account_manager' | 'viewer' | 'user' | ''
  /** A platform administrator: every account, bans, the platform. */
  administrator: boolean
  account: string | null
  must_change_password: boolean
  csrf_token: string
  expires_at: string
  /** The operations' events the role may do: 'device.update'. */
  permissions: string[]
}

interface State {
  session: Session | null
  /** Not known yet. */
  pending: boolean
  problem: Problem | null
  /** begin takes the session of a login, an invitation or a reset. */
  begin: (session: Session) => void
  logOut: () => Promise<void>
}

const Context = createContext<State | null>(null)
const sessionKey = ['/v1/session']

/** useSessionState is the session or that there is none; for pages outside of the shell. */
export function useSessionState(): State {
  const state = useContext(Context)
  if (!state) throw new Error('useSessionState outside of SessionProvider')
  return state
}

/** useSession is the session of a page inside the shell, which has one. */
export function useSession(): Session {
  const { session } = useSessionState()
  if (!session) throw new Error('useSession on a page without a session')
  return session
}

/** useMay says whether the role may do an operation: may('device.update'). */
export function useMay(): (event: string) => boolean {
  const { session } = useSessionState()
  return useMemo(() => {
    const allowed = new Set(session?.permissions)
    return (event: string) => allowed.has(event)
  }, [session])
}

async function readSession(): Promise<Session | null> {
  const response = await fetch('/v1/session', { headers: { Accept: 'application/json' }, credentials: 'same-origin' })
  if (response.status === 401) return null
  if (!response.ok) throw new Problem(response.status, await response.json().catch(() => ({})))
  return (await response.json()) as Session
}

// forget drops all that was read, but the session itself, which is watched.
function forget(client: QueryClient) {
  client.removeQueries({ predicate: (q) => q.queryKey[0] !== sessionKey[0] })
}

export function SessionProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient()
  const query = useQuery({ queryKey: sessionKey, queryFn: readSession, staleTime: Infinity, retry: 2 })
  const session = query.data ?? null
  const [ended, setEnded] = useState(false)
  const waiting = useRef<{ promise: Promise<void>; done: () => void } | null>(null)

  const begin = useCallback(
    (next: Session) => {
      setGate({ csrf: next.csrf_token, relogin: null })
      const same = session?.person.id === next.person.id
      if (!same) forget(client) // another person sees nothing of the one before
      client.setQueryData(sessionKey, next)
      setEnded(false)
      waiting.current?.done()
      waiting.current = null
    },
    [client, session],
  )

  const relogin = useCallback(() => {
    if (!waiting.current) {
      let done = () => {}
      const promise = new Promise<void>((resolve) => (done = resolve))
      waiting.current = { promise, done }
      setEnded(true)
    }
    return waiting.current.promise
  }, [])

  useEffect(() => {
    setGate({ csrf: session?.csrf_token ?? '', relogin: session ? relogin : null })
  }, [session, relogin])

  const language = session?.person.language
  useEffect(() => {
    if (language && !languageChosen() && (languages as readonly string[]).includes(language)) void setLanguage(language as Language)
  }, [language])

  const logOut = useCallback(async () => {
    setGate({ csrf: session?.csrf_token ?? '', relogin: null })
    try {
      await send('DELETE', '/v1/session')
    } catch (err) {
      if (!(err instanceof Problem) || err.status !== 401) throw err
    }
    client.setQueryData(sessionKey, null)
    forget(client)
  }, [client, session])

  const value = useMemo<State>(
    () => ({ session, pending: query.isPending, problem: query.error as Problem | null, begin, logOut }),
    [session, query.isPending, query.error, begin, logOut],
  )
  return (
    <Context value={value}>
      {children}
      {ended && session && <LoginDialog email={session.person.email} onSession={begin} />}
    </Context>
  )
}
