import { Stack, Text, ThemeIcon } from '@mantine/core'
import { Inbox, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

interface Props {
  title: string
  /** What to do next. */
  text?: string
  icon?: LucideIcon
  action?: ReactNode
}

/** EmptyState stands where a list has no rows and says what to do next. */
export function EmptyState({ title, text, icon: Icon = Inbox, action }: Props) {
  return (
    <Stack align="center" gap="xs" py="xl" px="md" ta="center">
      <ThemeIcon variant="light" size={48} radius="xl" color="gray">
        <Icon size={24} aria-hidden />
      </ThemeIcon>
      <Text fw={600}>{title}</Text>
      {text && (
        <Text c="dimmed" size="sm" maw={440}>
          {text}
        </Text>
      )}
      {action}
    </Stack>
  )
}
