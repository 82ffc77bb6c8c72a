import type { LucideIcon } from 'lucide-react'
import type { ComponentType } from 'react'
import type { TextKey } from '~/i18n'

/** NavGroup orders the sidebar. */
export const navGroups = ['account', 'phones', 'calling', 'live', 'history', 'people', 'platform'] as const
export type NavGroup = (typeof navGroups)[number]

/** NavEntry is one line of the sidebar. */
export interface NavEntry {
  group: NavGroup
  /** Page of the account ('/devices'); in the group platform the whole path. */
  to: string
  label: TextKey
  icon: LucideIcon
  /** Operation the role must be allowed for the entry to show: 'device.list'. */
  may?: string
  /** Only for platform administrators. */
  administrator?: boolean
  /** Only for the role user (his own page). */
  self?: boolean
}

/** PageRoute is one page; its file is loaded when it is opened, its default export shown. */
export interface PageRoute {
  /** TanStack path: '/devices/$id'. */
  path: string
  page: () => Promise<{ default: ComponentType }>
  /**
   * account (the default): in the shell, below /accounts/$account. platform: in the
   * shell, of no account. bare: without shell and, if need be, without session.
   */
  scope?: 'account' | 'platform' | 'bare'
}

/** Area is what src/pages/<area>/routes.tsx exports as `area`. */
export interface Area {
  nav: NavEntry[]
  routes: PageRoute[]
}

const modules = import.meta.glob<{ area: Area }>('../pages/*/routes.tsx', { eager: true })

/** areas are the areas there are. */
export const areas: Area[] = Object.values(modules).map((m) => m.area)
