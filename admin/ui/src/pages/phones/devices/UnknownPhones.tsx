import { Button, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { Radar } from 'lucide-react'
import { useState } from 'react'
import { problemOf } from '~/api/problem'
import { useAction } from '~/api/records'
import type { Shown } from '~/api/types'
import { useGo } from '~/app/account'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { EmptyState } from '~/parts/EmptyState'
import { explain } from '~/parts/explain'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { Time } from '~/parts/Time'
import { nameOf, type Device } from './device'

type Unknown = Shown<'UnknownMAC'>

/** UnknownPhones are phones that came with the right URL and are no device yet: one press adds them. */
export function UnknownPhones() {
  const t = useT()
  const may = useMay()
  const go = useGo()
  const adopt = useAction<Device>(['unknown_macs', 'devices'])
  const [busy, setBusy] = useState('')

  async function add(mac: string) {
    setBusy(mac)
    try {
      const made = await adopt.mutateAsync({ path: `unknown_macs/${mac}/adopt`, body: {} })
      notifications.show({ color: 'green', message: t('phones.adopted', { name: nameOf(made) }) })
      void go(`/devices/${made.id}`)
    } catch (err) {
      const p = problemOf(err)
      notifications.show({ color: 'red', title: explain(p).title, message: explain(p).text })
    } finally {
      setBusy('')
    }
  }

  const columns: Column<Unknown>[] = [
    { key: 'mac', header: t('phones.mac'), cell: (u) => <span style={{ whiteSpace: 'nowrap' }}>{u.mac}</span> },
    { key: 'model', header: t('phones.model'), cell: (u) => [u.vendor, u.model].filter(Boolean).join(' ') },
    { key: 'from', header: t('phones.source_ip'), from: 'sm', cell: (u) => u.source_ip },
    { key: 'firmware', header: t('phones.firmware'), from: 'md', cell: (u) => u.firmware },
    { key: 'first', header: t('phones.first_seen'), from: 'lg', cell: (u) => <Time at={u.first_seen_at} relative /> },
    { key: 'last', header: t('phones.last_seen'), from: 'xs', cell: (u) => <Time at={u.last_seen_at} relative /> },
  ]
  return (
    <>
      <Text c="dimmed" size="sm" mb="sm">
        {t('phones.unknown_text')}
      </Text>
      <RecordTable<Unknown>
        label={t('phones.tab_unknown')}
        collection="unknown_macs"
        columns={columns}
        rowKey={(u) => u.mac}
        refetchInterval={10_000}
        actions={
          may('unknown_mac.adopt')
            ? (u) => (
                <Button size="compact-sm" loading={busy === u.mac} disabled={busy !== ''} onClick={() => add(u.mac)} aria-label={`${t('phones.adopt')}: ${u.mac}`}>
                  {t('phones.adopt')}
                </Button>
              )
            : undefined
        }
        empty={<EmptyState icon={Radar} title={t('phones.no_unknown')} text={t('phones.no_unknown_text')} />}
      />
    </>
  )
}
