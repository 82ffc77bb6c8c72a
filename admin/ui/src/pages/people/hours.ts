/** Opening hours as the API keeps them, and the questions a form asks of them. */

export const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Day = (typeof days)[number]

/** Open hours on some days; one that ends before it begins goes on past midnight. */
export interface WeeklyRange {
  days: string[]
  from: string
  to: string
}

export interface Holiday {
  name?: string
  from: string
  to?: string
}

const clock = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/

/** The minute of the day, 0 to 1440; null when the text is no time. */
export function minuteOf(text: string): number | null {
  if (!clock.test(text)) return null
  const [hours = '0', minutes = '0'] = text.split(':')
  return Number(hours) * 60 + Number(minutes)
}

/** Makes "9", "9:5", "930" and "9.30" the times people mean by them; other text stays. */
export function tidyTime(text: string): string {
  const trimmed = text.trim()
  const match = /^(\d{1,2})(\d{2})$/.exec(trimmed) ?? /^(\d{1,2})(?:[:.h ](\d{0,2}))?$/.exec(trimmed)
  if (!match) return trimmed
  const [, hours = '', minutes = ''] = match
  return `${hours.padStart(2, '0')}:${minutes.padStart(2, '0')}`
}

export type RangeFault = 'days' | 'from' | 'to' | 'same'

/** What is wrong with a range; null when nothing is. */
export function rangeFault(range: WeeklyRange): RangeFault | null {
  const from = minuteOf(range.from)
  const to = minuteOf(range.to)
  if (range.days.length === 0) return 'days'
  if (from === null || from === 1440) return 'from'
  if (to === null) return 'to'
  return from === to ? 'same' : null
}

/** Whether the range goes on into the next day. */
export function overnight(range: WeeklyRange): boolean {
  const from = minuteOf(range.from)
  const to = minuteOf(range.to)
  return from !== null && to !== null && to < from
}

/** One stretch of a drawn day, in minutes. */
export interface Stretch {
  from: number
  to: number
}

/** When a day is open, in order and without overlaps, the night before included. */
export function stretches(weekly: WeeklyRange[], day: Day): Stretch[] {
  const before = days[(days.indexOf(day) + 6) % 7] ?? day
  const list: Stretch[] = []
  for (const range of weekly) {
    if (rangeFault(range)) continue
    const from = minuteOf(range.from) ?? 0
    const to = minuteOf(range.to) ?? 0
    const over = to < from
    if (range.days.includes(day)) list.push({ from, to: over ? 1440 : to })
    if (over && range.days.includes(before) && to > 0) list.push({ from: 0, to })
  }
  list.sort((a, b) => a.from - b.from)
  const merged: Stretch[] = []
  for (const next of list) {
    const last = merged.at(-1)
    if (last && next.from <= last.to) last.to = Math.max(last.to, next.to)
    else merged.push({ ...next })
  }
  return merged
}

/** The days in the order of the week, so that two equal choices look equal. */
export function inOrder(chosen: string[]): string[] {
  return days.filter((day) => chosen.includes(day))
}
