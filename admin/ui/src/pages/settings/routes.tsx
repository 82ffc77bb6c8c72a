import { House } from 'lucide-react'
import type { Area } from '~/app/area'

export const area: Area = {
  nav: [{ group: 'account', to: '/', label: 'settings.home', icon: House }],
  routes: [{ path: '/', page: () => import('./home') }],
}
