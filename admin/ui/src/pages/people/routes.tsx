import type { Area } from '~/app/area'

/** The people of an account, what they are called by, and the doors in front of the log-in. */
export const area: Area = {
  nav: [],
  routes: [
    { path: '/login', scope: 'bare', page: () => import('./login') },
    { path: '/forgotten', scope: 'bare', page: () => import('./forgotten') },
    { path: '/password', scope: 'bare', page: () => import('./forced-password') },
    { path: '/invitation/$token', scope: 'bare', page: () => import('./invitation') },
    { path: '/reset/$token', scope: 'bare', page: () => import('./invitation') },
    { path: '/profile', scope: 'platform', page: () => import('./profile') },
  ],
}
