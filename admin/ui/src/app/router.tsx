import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, type AnyRoute } from '@tanstack/react-router'
import { AccountScope, Entrance } from './entrance'
import { areas } from './area'
import { Broken, Missing } from './problem'
import { Shell } from './shell'
import { StaleProvider } from './stale'
import { UnsavedProvider } from './unsaved'

const root = createRootRoute({
  component: () => (
    <UnsavedProvider>
      <StaleProvider>
        <Outlet />
      </StaleProvider>
    </UnsavedProvider>
  ),
  notFoundComponent: Missing,
})

const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell })
const account = createRoute({ getParentRoute: () => shell, path: '/accounts/$account', component: AccountScope })

const nowhere = createRoute({ getParentRoute: () => account, path: '$', component: Missing })

// Addresses without an account ('/', '/settings?tab=telephony') go to that of the session.
const entrance = createRoute({ getParentRoute: () => shell, path: '$', component: Entrance })
const start = createRoute({ getParentRoute: () => shell, path: '/', component: Entrance })

function routesOf(scope: 'account' | 'platform' | 'bare', parent: AnyRoute): AnyRoute[] {
  return areas
    .flatMap((a) => a.routes)
    .filter((r) => (r.scope ?? 'account') === scope)
    .map((r) => createRoute({ getParentRoute: () => parent, path: r.path, component: lazyRouteComponent(r.page) }))
}

/** router of the page: built from the areas there are. */
export const router = createRouter({
  routeTree: root.addChildren([
    shell.addChildren([account.addChildren([...routesOf('account', account), nowhere]), ...routesOf('platform', shell), start, entrance]),
    ...routesOf('bare', root),
  ]),
  defaultPreload: 'intent',
  defaultErrorComponent: Broken,
  defaultNotFoundComponent: Missing,
  scrollRestoration: true,
  // Search values are plain text: '?tab=telephony', not JSON.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const pairs = Object.entries(search as Record<string, unknown>).filter(([, v]) => v !== undefined && v !== null && v !== '')
    const text = new URLSearchParams(pairs.map(([k, v]) => [k, String(v)])).toString()
    return text ? `?${text}` : ''
  },
})
