import { LayoutGrid, Phone } from 'lucide-react'
import type { Area } from '~/app/area'

export const area: Area = {
  nav: [
    { group: 'phones', to: '/devices', label: 'phones.devices', icon: Phone, may: 'device.list' },
    { group: 'phones', to: '/button_templates', label: 'phones.templates', icon: LayoutGrid, may: 'button_template.list' },
  ],
  routes: [
    { path: '/devices', page: () => import('./devices/DevicesPage') },
    { path: '/devices/$id', page: () => import('./devices/DevicePage') },
    { path: '/button_templates', page: () => import('./templates/TemplatesPage') },
    { path: '/button_templates/$id', page: () => import('./templates/TemplatePage') },
  ],
}
