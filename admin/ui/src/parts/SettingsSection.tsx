import { Paper, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

interface Props {
  title: string
  text?: string
  children: ReactNode
  /** Buttons beside the title. */
  actions?: ReactNode
  /** As wide as the page, for tables. */
  wide?: boolean
}

/** SettingsSection is a titled group of settings. */
export function SettingsSection({ title, text, children, actions, wide }: Props) {
  return (
    <Paper component="section" withBorder p="md" maw={wide ? undefined : 720} aria-label={title}>
      <Stack>
        <div style={{ display: 'flex', justifyContent: 'space-between', alignItems: 'flex-start', gap: 12, flexWrap: 'wrap' }}>
          <div>
            <Title order={2} size="h4">
              {title}
            </Title>
            {text && (
              <Text size="sm" c="dimmed">
                {text}
              </Text>
            )}
          </div>
          {actions}
        </div>
        {children}
      </Stack>
    </Paper>
  )
}
