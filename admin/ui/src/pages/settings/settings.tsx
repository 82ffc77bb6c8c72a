import { Center, Loader } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { useAccountRecord } from '~/api/records'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { PageHeader } from '~/parts/PageHeader'
import { TabbedPage } from '~/parts/TabbedPage'
import { DevicesTab } from './devices-tab'
import { General } from './general'
import { Locations } from './locations'
import { Telephony } from './telephony'

const Activity = lazy(() => import('./activity'))

/** Settings of the account, one tab a subject; the tab is in the address. */
export default function Settings() {
  const t = useT()
  const may = useMay()
  const { data: account } = useAccountRecord()
  if (!account) return <Waiting />
  return (
    <>
      <PageHeader title={t('settings.title')} />
      <Suspense fallback={<Waiting />}>
        <TabbedPage
          label={t('settings.title')}
          tabs={[
            { key: 'general', label: t('settings.general'), content: <General account={account} />, keep: true },
            { key: 'telephony', label: t('settings.telephony'), content: <Telephony account={account} />, keep: true },
            { key: 'locations', label: t('settings.locations'), content: <Locations account={account} />, keep: true, shown: may('location.list') },
            { key: 'devices', label: t('settings.devices'), content: <DevicesTab account={account} />, keep: true },
            { key: 'activity', label: t('settings.activity'), content: <Activity />, shown: may('audit_entry.list') },
          ]}
        />
      </Suspense>
    </>
  )
}

function Waiting() {
  return (
    <Center h="40vh">
      <Loader />
    </Center>
  )
}
