import { Button, Center, Stack, Text, Title } from '@mantine/core'
import type { Problem } from '~/api/problem'
import { useT } from '~/i18n'
import { explain } from '~/parts/explain'
import { PageLink } from './account'

/** ProblemPage stands where a page would be that cannot be shown. */
export function ProblemPage({ problem }: { problem: Problem }) {
  const t = useT()
  const { title, text } = explain(problem)
  return (
    <Notice title={title} text={text}>
      <Button onClick={() => window.location.reload()}>{t('shell.reload')}</Button>
    </Notice>
  )
}

/** Missing is shown for an address no page has. */
export function Missing() {
  const t = useT()
  return (
    <Notice title={t('shell.page_missing')} text={t('shell.page_missing_text')}>
      <Button component={PageLink} to="/" absolute>
        {t('shell.go_home')}
      </Button>
    </Notice>
  )
}

/** Broken is shown when a page throws. */
export function Broken() {
  const t = useT()
  return (
    <Notice title={t('shell.problem_broken')} text={t('shell.problem_broken_text')}>
      <Button onClick={() => window.location.reload()}>{t('shell.reload')}</Button>
    </Notice>
  )
}

function Notice({ title, text, children }: { title: string; text: string; children: React.ReactNode }) {
  return (
    <Center mih="60vh" p="md">
      <Stack align="center" maw={480} ta="center">
        <Title order={1} size="h2">
          {title}
        </Title>
        <Text c="dimmed">{text}</Text>
        {children}
      </Stack>
    </Center>
  )
}
