import { Anchor, Center, Group, Loader, Paper, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { PageLink } from '~/app/account'
import { languageNames, languages, setLanguage, useLanguage, useT } from '~/i18n'

interface Props {
  title: string
  text?: ReactNode
  children?: ReactNode
}

/** Door is the card every page in front of the log-in stands on. */
export function Door({ title, text, children }: Props) {
  const t = useT()
  return (
    <Center component="main" mih="100vh" p="md">
      <Stack w="100%" maw={440}>
        <Text fw={700} c="tone" ta="center" size="lg">
          {t('shell.product')}
        </Text>
        <Paper withBorder shadow="sm" p={{ base: 'md', xs: 'xl' }}>
          <Stack>
            <Title order={1} size="h3">
              {title}
            </Title>
            {text && <Text style={{ overflowWrap: 'anywhere' }}>{text}</Text>}
            {children}
          </Stack>
        </Paper>
        <LanguageLinks />
      </Stack>
    </Center>
  )
}

function LanguageLinks() {
  const shown = useLanguage()
  return (
    <Group justify="center" component="nav">
      {languages
        .filter((l) => l !== shown)
        .map((l) => (
          <Anchor key={l} component="button" type="button" size="sm" lang={l} onClick={() => void setLanguage(l, true)}>
            {languageNames[l]}
          </Anchor>
        ))}
    </Group>
  )
}

/** DoorWaiting stands there while it is asked who comes. */
export function DoorWaiting() {
  const t = useT()
  return (
    <Center component="main" mih="100vh">
      <Loader aria-label={t('shell.loading')} />
    </Center>
  )
}

/** BackToLogin leads to the log-in. */
export function BackToLogin() {
  const t = useT()
  return (
    <Anchor component={PageLink} to="/login" absolute size="sm">
      {t('people.forgot_back')}
    </Anchor>
  )
}
