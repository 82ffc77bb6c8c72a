import { House, Settings } from 'lucide-react'
import type { Area } from '~/app/area'

export const area: Area = {
  nav: [
    { group: 'account', to: '/', label: 'settings.home', icon: House, may: 'account.read' },
    { group: 'account', to: '/settings', label: 'settings.title', icon: Settings, may: 'account.read' },
  ],
  routes: [
    { path: '/', page: () => import('./home') },
    { path: '/settings', page: () => import('./settings') },
  ],
}
