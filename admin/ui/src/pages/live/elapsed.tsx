import { useSyncExternalStore } from 'react'
import { formatDuration } from '~/parts/Time'
import { between } from './format'

// One clock for everything that ticks on the page.
const clock = { now: Date.now(), listeners: new Set<() => void>(), timer: undefined as ReturnType<typeof setInterval> | undefined }

function subscribe(tell: () => void) {
  clock.listeners.add(tell)
  clock.timer ??= setInterval(() => {
    clock.now = Date.now()
    clock.listeners.forEach((l) => l())
  }, 1000)
  return () => {
    clock.listeners.delete(tell)
    if (clock.listeners.size > 0) return
    clearInterval(clock.timer)
    clock.timer = undefined
  }
}

/** useNow is the time, told anew every second. */
export const useNow = () => useSyncExternalStore(subscribe, () => clock.now)

/** Elapsed counts up from a time. */
export function Elapsed({ since }: { since: string | undefined | null }) {
  const now = useNow()
  if (!since) return null
  return <span style={{ fontVariantNumeric: 'tabular-nums' }}>{formatDuration(between(since, Math.max(now, Date.parse(since))))}</span>
}

/** Countdown counts down to a time, and stays at 0:00. */
export function Countdown({ to }: { to: string | undefined | null }) {
  const now = useNow()
  if (!to) return null
  return <span style={{ fontVariantNumeric: 'tabular-nums' }}>{formatDuration(between(new Date(now).toISOString(), to))}</span>
}
