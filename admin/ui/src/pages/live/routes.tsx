import { Ban, ClipboardList, Headset, Mic, Music, ParkingSquare, PhoneCall, Printer, Radar, Siren } from 'lucide-react'
import type { Area } from '~/app/area'

/** What goes on, and what went on: calls, queues, faxes, emergencies, registrations. */
export const area: Area = {
  nav: [
    { group: 'live', to: '/active_calls', label: 'live.active_calls', icon: PhoneCall, may: 'active_call.list' },
    { group: 'live', to: '/parked_calls', label: 'live.parked_calls', icon: ParkingSquare, may: 'parked_call.list' },
    { group: 'live', to: '/registrations', label: 'live.registrations', icon: Radar, may: 'registration.list' },
    { group: 'calling', to: '/call_queues', label: 'live.queues', icon: Headset, may: 'call_queue.list' },
    { group: 'calling', to: '/audio_clips', label: 'live.clips', icon: Music, may: 'audio_clip.list' },
    { group: 'calling', to: '/faxes', label: 'live.faxes', icon: Printer, may: 'fax.list' },
    { group: 'history', to: '/calls', label: 'live.calls', icon: ClipboardList, may: 'call.list' },
    { group: 'history', to: '/recordings', label: 'live.recordings', icon: Mic, may: 'recording.list' },
    { group: 'history', to: '/emergency_calls', label: 'live.emergency_calls', icon: Siren, may: 'emergency_call.list' },
    { group: 'platform', to: '/bans', label: 'live.bans', icon: Ban, administrator: true },
  ],
  routes: [
    { path: '/active_calls', page: () => import('./active-calls') },
    { path: '/parked_calls', page: () => import('./parked-calls') },
    { path: '/registrations', page: () => import('./registrations') },
    { path: '/call_queues', page: () => import('./queues') },
    { path: '/call_queues/$id', page: () => import('./queue') },
    { path: '/audio_clips', page: () => import('./clips') },
    { path: '/audio_clips/$id', page: () => import('./clip') },
    { path: '/faxes', page: () => import('./faxes') },
    { path: '/faxes/$id', page: () => import('./fax') },
    { path: '/calls', page: () => import('./calls') },
    { path: '/calls/$id', page: () => import('./call') },
    { path: '/recordings', page: () => import('./recordings') },
    { path: '/recordings/$id', page: () => import('./recording') },
    { path: '/emergency_calls', page: () => import('./emergencies') },
    { path: '/emergency_calls/$id', page: () => import('./emergency') },
    { path: '/bans', page: () => import('./bans'), scope: 'platform' },
  ],
}
