import { tMaybe } from '~/i18n'
import { StatusBadge, type Tone } from '~/parts/StatusBadge'

/** What each state means, for the badge. A state that is not here is told as it is. */
const tones: Record<string, Record<string, Tone>> = {
  call: { ringing: 'busy', queued: 'busy', talking: 'good', held: 'warning', parked: 'warning' },
  result: { answered: 'good', no_answer: 'neutral', busy: 'neutral', declined: 'neutral', cancelled: 'neutral', failed: 'bad', forwarded: 'neutral', rejected: 'bad' },
  park: { parked: 'good', ringing_back: 'warning' },
  agent: { available: 'good', paused: 'warning', logged_out: 'neutral' },
  activity: { idle: 'neutral', ringing: 'busy', talking: 'good', in_use: 'busy', wrap_up: 'warning' },
  passage: { answered: 'good', abandoned: 'warning', overflowed: 'warning', refused: 'bad', callback: 'busy', ended: 'neutral' },
  recording: { recording: 'busy', done: 'good', failed: 'bad' },
  transcription: { disabled: 'neutral', waiting: 'busy', running: 'busy', done: 'good', failed: 'bad' },
  fax: {
    receiving: 'busy', received: 'good', queued: 'neutral', dialing: 'busy', sending: 'busy', delivered: 'good', partial: 'warning', failed: 'bad', canceled: 'neutral',
  },
  emergency: { started: 'bad', answered: 'bad', ended: 'neutral', cancelled: 'warning', not_connected: 'bad', interrupted: 'warning', no_call: 'neutral' },
  delivery: { pending: 'busy', delivered: 'good', failed: 'bad' },
  coverage: { tested: 'good', never_tested: 'bad', moved: 'warning', address_changed: 'warning' },
}

/** word is a state, direction or reason in the person's language; as it is when there is no word for it. */
export function word(family: string, value: string): string {
  return value ? (tMaybe(`live.${family}_${value}`) ?? value) : ''
}

interface Props {
  family: keyof typeof tones
  value: string
  reason?: string
}

/** State is a state of that family in a word. */
export function State({ family, value, reason }: Props) {
  if (!value) return null
  return (
    <span style={{ display: 'inline-block', minWidth: 'max-content' }}>
      <StatusBadge tone={tones[family]?.[value] ?? 'neutral'} label={word(family, value)} reason={reason || undefined} />
    </span>
  )
}

/** choices are values of a family for a filter. */
export const choices = (family: string, values: readonly string[]) => values.map((value) => ({ value, label: word(family, value) }))
