import { Link, useNavigate, useParams, type LinkProps } from '@tanstack/react-router'
import { forwardRef, useEffect, useRef, type AnchorHTMLAttributes } from 'react'

/** useAccountID is the account on screen, '' on pages of none. */
export function useAccountID(): string {
  return (useParams({ strict: false }) as { account?: string }).account ?? ''
}

const lastKey = 'dialtone.account'

/** lastAccount is the account this browser showed last, '' for none. */
export const lastAccount = () => localStorage.getItem(lastKey) ?? ''

/** rememberAccount keeps it for addresses and pages of no account. */
export const rememberAccount = (id: string) => localStorage.setItem(lastKey, id)

/** accountPath is where a page of an account is. */
export const accountPath = (account: string, page: string) => `/accounts/${account}${page}`

/** usePagePath makes paths of the account on screen: page('/devices/dev_1'). */
export function usePagePath() {
  const account = useAccountID()
  return (page: string) => accountPath(account, page)
}

/** useGo navigates to a page of the account on screen. */
export function useGo() {
  const navigate = useNavigate()
  const page = usePagePath()
  return (to: string) => navigate({ to: page(to) } as Parameters<typeof navigate>[0])
}

interface PageLinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  /** Page of the account on screen, from '/' on, with its query. */
  to: string
  /** The path is whole: not a page of an account. */
  absolute?: boolean
  /** The page is the current one only at this very address, not below it. */
  exact?: boolean
}

/** PageLink links to a page; it fits a Mantine component's `component`. */
export const PageLink = forwardRef<HTMLAnchorElement, PageLinkProps>(function PageLink({ to, absolute, exact = false, ...rest }, ref) {
  const page = usePagePath()
  const [path, search] = (absolute ? to : page(to)).split('?')
  const props = { to: path, search: Object.fromEntries(new URLSearchParams(search)), activeOptions: { exact, includeSearch: false }, ...rest } as LinkProps
  return <Link ref={ref} {...props} />
})

/** Redirect goes to a whole path instead of showing something; once, whatever the address is meanwhile. */
export function Redirect({ to, search = {} }: { to: string; search?: Record<string, string> }) {
  const navigate = useNavigate()
  const target = useRef({ to, search, replace: true })
  useEffect(() => void navigate(target.current as unknown as Parameters<typeof navigate>[0]), [navigate])
  return null
}
