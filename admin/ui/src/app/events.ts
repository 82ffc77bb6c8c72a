// The events of /v1/events and the collections each of them touches, by prefix: the
// longest prefix counts.
const touches: Record<string, readonly string[]> = {
  snapshot: [],
  'call.': ['active_calls', 'calls'],
  'call.queue.': ['active_calls', 'call_queues'],
  'call.parked': ['active_calls', 'parked_calls'],
  'call.park_timeout': ['active_calls', 'parked_calls'],
  'call.retrieved': ['active_calls', 'parked_calls'],
  'call.recorded': ['recordings', 'calls'],
  'call.transcribed': ['recordings'],
  'call.emergency': ['emergency_calls', 'emergency_coverage', 'checklist', 'active_calls'],
  'park_slot.': ['parked_calls'],
  'queue.': ['call_queues'],
  'fax.': ['faxes', 'fax_limits'],
  'registration.': ['registrations', 'registration_failures', 'devices', 'checklist'],
  'device.': ['devices', 'unknown_macs', 'provisioning_events', 'checklist'],
  'trunk.': ['provider_accounts', 'checklist'],
  'provider_account.': ['provider_accounts', 'checklist'],
}

/** eventTypes are the event names an EventSource must be told to listen to. */
export const eventTypes = [
  'snapshot',
  'call.started', 'call.ringing', 'call.answered', 'call.held', 'call.resumed', 'call.transferred', 'call.ended',
  'call.parked', 'call.park_timeout', 'call.retrieved', 'call.recorded', 'call.transcribed', 'call.emergency',
  'call.queue.joined', 'call.queue.answered', 'call.queue.abandoned', 'call.queue.overflowed',
  'call.queue.callback_requested', 'call.queue.callback_answered', 'call.queue.callback_failed',
  'park_slot.changed', 'queue.changed', 'queue.removed',
  'fax.receiving', 'fax.received', 'fax.queued', 'fax.sending', 'fax.sent', 'fax.delivered', 'fax.failed', 'fax.limit_near', 'fax.limit_exceeded',
  'registration.registered', 'registration.ended', 'registration.failed',
  'device.online', 'device.offline', 'device.provisioned', 'device.adopted', 'device.seen',
  'trunk.up', 'trunk.down', 'provider_account.changed',
] as const

/** collectionsOf are the collections to read again after an event. */
export function collectionsOf(type: string): readonly string[] {
  const prefix = Object.keys(touches)
    .filter((p) => type.startsWith(p))
    .sort((a, b) => b.length - a.length)[0]
  return prefix ? (touches[prefix] ?? []) : []
}
