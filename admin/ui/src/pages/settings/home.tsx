import { SimpleGrid, Stack, Text } from '@mantine/core'
import { useAccountRecord, useList } from '~/api/records'
import { PageLink, Redirect, useAccountID, accountPath } from '~/app/account'
import { useLive } from '~/app/live'
import { useMay, useSession } from '~/app/session'
import { LiveLost } from '~/app/shell'
import { useT, type TextKey } from '~/i18n'
import { PageHeader } from '~/parts/PageHeader'
import { SettingsSection } from '~/parts/SettingsSection'
import { Checklist } from './checklist'

/** Home is the account's first page: what is left to set up, and what happens now. */
export default function Home() {
  const t = useT()
  const { role } = useSession()
  const id = useAccountID()
  const account = useAccountRecord()
  const { lost } = useLive()
  if (role === 'user') return <Redirect to={accountPath(id, '/me')} />
  return (
    <Stack>
      <PageHeader title={account.data?.name ?? t('settings.home')} />
      <LiveLost lost={lost} />
      <Checklist />
      <Now />
    </Stack>
  )
}

const shown = [
  { collection: 'active_calls', to: '/active_calls', label: 'settings.now_calls', may: 'active_call.list' },
  { collection: 'parked_calls', to: '/parked_calls', label: 'settings.now_parked', may: 'parked_call.list' },
  { collection: 'registrations', to: '/registrations', label: 'settings.now_registrations', may: 'registration.list' },
] as const

/** Now counts what is live. */
function Now() {
  const t = useT()
  const may = useMay()
  return (
    <SettingsSection title={t('settings.now')} wide>
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        {shown
          .filter((s) => may(s.may))
          .map((s) => (
            <Count key={s.collection} {...s} />
          ))}
      </SimpleGrid>
    </SettingsSection>
  )
}

function Count({ collection, to, label }: { collection: string; to: string; label: TextKey }) {
  const t = useT()
  const { data } = useList<string, object>(collection, { limit: 100 })
  const count = data ? `${data.data?.length ?? 0}${data.next ? '+' : ''}` : '…'
  return (
    <div>
      <Text size="xl" fw={700}>
        {count}
      </Text>
      <PageLink to={to}>{t(label)}</PageLink>
    </div>
  )
}
