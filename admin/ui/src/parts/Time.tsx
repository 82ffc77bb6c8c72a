import { Text } from '@mantine/core'
import { currentLanguage, useT } from '~/i18n'

const relative = () => new Intl.RelativeTimeFormat(currentLanguage(), { numeric: 'auto' })
const steps: [Intl.RelativeTimeFormatUnit, number][] = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]]

/** ago tells a time as the distance from now. */
export function ago(at: Date, now = new Date()): string {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000)
  const [unit, size] = steps.find(([, s]) => Math.abs(seconds) >= s) ?? ['second', 1]
  return relative().format(Math.trunc(seconds / size), unit)
}

/** formatTime is a moment in the reader's time zone and language, to the second. */
export const formatTime = (at: Date) =>
  new Intl.DateTimeFormat(currentLanguage(), { dateStyle: 'medium', timeStyle: 'medium' }).format(at)

interface Props {
  at: string | null | undefined
  /** Tell the distance ("5 minutes ago"); the moment stands in the title. */
  relative?: boolean
}

/** Time is a moment; null is "never". */
export function Time({ at, relative: distance }: Props) {
  const t = useT()
  if (!at) return <Text span inherit c="dimmed">{t('shell.never')}</Text>
  const date = new Date(at)
  return (
    <time dateTime={at} title={distance ? formatTime(date) : at}>
      {distance ? ago(date) : formatTime(date)}
    </time>
  )
}

/** formatDuration is seconds as 1:02:03. */
export function formatDuration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds))
  const parts = [Math.floor(s / 3600), Math.floor((s % 3600) / 60), s % 60]
  const shown = parts[0] ? parts : parts.slice(1)
  return shown.map((n, i) => (i ? String(n).padStart(2, '0') : String(n))).join(':')
}
