import { Anchor, Breadcrumbs, Group, Stack, Text, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import type { ReactNode } from 'react'
import { PageLink } from '~/app/account'

interface Props {
  title: string
  text?: string
  /** Pages above this one. */
  trail?: { to: string; label: string }[]
  /** Badges beside the title. */
  badges?: ReactNode
  /** Buttons at the right. */
  actions?: ReactNode
}

/** PageHeader is the top of every page; it names the browser's tab too. */
export function PageHeader({ title, text, trail, badges, actions }: Props) {
  useDocumentTitle(`${title} · Dialtone`)
  return (
    <Stack gap={4} mb="md">
      {trail && (
        <Breadcrumbs>
          {trail.map((s) => (
            <Anchor key={s.to} component={PageLink} to={s.to} size="sm">
              {s.label}
            </Anchor>
          ))}
        </Breadcrumbs>
      )}
      <Group justify="space-between" align="flex-start">
        <Group gap="sm">
          <Title order={1} size="h2" style={{ overflowWrap: 'anywhere' }}>
            {title}
          </Title>
          {badges}
        </Group>
        <Group gap="xs">{actions}</Group>
      </Group>
      {text && <Text c="dimmed">{text}</Text>}
    </Stack>
  )
}
