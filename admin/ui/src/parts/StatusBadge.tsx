import { Badge, Tooltip } from '@mantine/core'

/** Tone says what a state means: color never stands alone, the text says it too. */
export type Tone = 'good' | 'busy' | 'warning' | 'bad' | 'neutral'

const colors: Record<Tone, string> = { good: 'green', busy: 'blue', warning: 'orange', bad: 'red', neutral: 'gray' }

interface Props {
  tone: Tone
  label: string
  /** Why, on hover and focus. */
  reason?: string
}

/** StatusBadge is a state in a word. */
export function StatusBadge({ tone, label, reason }: Props) {
  const badge = (
    <Badge color={colors[tone]} variant="light" tt="none" fw={600} tabIndex={reason ? 0 : undefined} className={`status-${tone}`}>
      {label}
    </Badge>
  )
  return reason ? (
    <Tooltip label={reason} multiline maw={320} events={{ hover: true, focus: true, touch: true }}>
      {badge}
    </Tooltip>
  ) : (
    badge
  )
}
