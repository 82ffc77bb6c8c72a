import { Button, Checkbox, Stack, Text } from '@mantine/core'
import { Phone, Plus, RefreshCw } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useAll, useList } from '~/api/records'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { EmptyState } from '~/parts/EmptyState'
import { May } from '~/parts/May'
import { PageHeader } from '~/parts/PageHeader'
import { nameOfRecord } from '~/parts/ReferencePicker'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { TabbedPage } from '~/parts/TabbedPage'
import { referenceFilter, selectFilter, textFilter } from '~/parts/filter'
import { useGoAfter } from '../useGoAfter'
import { ConfigBadge, RegistrationBadge } from './badges'
import { CheckSyncMany } from './CheckSyncMany'
import { CreateDevice } from './CreateDevice'
import { addressOf, deviceTypes, kindKey, modelOf, nameOf, type Device } from './device'
import { HistoryTable } from './HistoryTable'
import { TableButtons } from './TableButtons'
import { UnknownPhones } from './UnknownPhones'

/** DevicesPage lists the account's phones, those that came and are not added yet, and what all of them fetched. */
export default function DevicesPage() {
  const t = useT()
  const may = useMay()
  const [creating, setCreating] = useState(false)
  const goTo = useGoAfter(creating)
  const unknown = useList('unknown_macs', { limit: 100 }, { enabled: may('unknown_mac.list'), refetchInterval: 15_000 })
  const waiting = unknown.data?.data?.length ?? 0
  const add = (
    <May do="device.create">
      <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setCreating(true)}>
        {t('phones.add_device')}
      </Button>
    </May>
  )
  return (
    <>
      <PageHeader
        title={t('phones.devices')}
        text={t('phones.devices_text')}
        actions={
          <>
            <TableButtons />
            {add}
          </>
        }
      />
      <TabbedPage
        label={t('phones.devices')}
        tabs={[
          { key: 'devices', label: t('phones.tab_devices'), content: <Devices add={add} /> },
          {
            key: 'unknown', label: waiting > 0 ? `${t('phones.tab_unknown')} (${waiting}${unknown.data?.next ? '+' : ''})` : t('phones.tab_unknown'),
            content: <UnknownPhones />, shown: may('unknown_mac.list'),
          },
          { key: 'history', label: t('phones.tab_history'), content: <HistoryTable />, shown: may('provisioning_event.list') },
        ]}
      />
      {creating && <CreateDevice onMade={(id) => goTo(`/devices/${id}`)} onClose={() => setCreating(false)} />}
    </>
  )
}

function Devices({ add }: { add: React.ReactNode }) {
  const t = useT()
  const may = useMay()
  const names = useNames()
  const [chosen, setChosen] = useState<ReadonlyMap<string, string>>(new Map())
  const [syncing, setSyncing] = useState(false)
  const columns = useColumns(names)
  const sync = may('device.check_sync')

  const choose = (d: Device) =>
    setChosen((now) => {
      const next = new Map(now)
      if (!next.delete(d.id)) next.set(d.id, nameOf(d))
      return next
    })

  return (
    <>
      <RecordTable<Device>
        label={t('phones.devices')}
        collection="devices"
        columns={columns}
        rowLink={(d) => `/devices/${d.id}`}
        refetchInterval={20_000}
        tools={
          sync && (
            <Button size="compact-sm" variant="default" leftSection={<RefreshCw size={14} aria-hidden />} onClick={() => setSyncing(true)}>
              {chosen.size > 0 ? t('phones.check_sync_selected', { count: chosen.size }) : t('phones.check_sync_all')}
            </Button>
          )
        }
        actions={sync ? (d) => <Checkbox aria-label={t('phones.select', { name: nameOf(d) })} checked={chosen.has(d.id)} onChange={() => choose(d)} /> : undefined}
        empty={<EmptyState icon={Phone} title={t('phones.no_devices')} text={t('phones.no_devices_text')} action={add} />}
      />
      {syncing && (
        <CheckSyncMany
          chosen={chosen}
          onClose={() => {
            setSyncing(false)
            setChosen(new Map())
          }}
        />
      )}
    </>
  )
}

/** useNames are the names of what phones refer to. */
function useNames() {
  const may = useMay()
  const locations = useAll('locations', {}, { enabled: may('location.list') }).data
  const users = useAll('users', {}, { enabled: may('user.list') }).data
  return useMemo(() => {
    const all = new Map<string, string>()
    for (const r of [...(locations ?? []), ...(users ?? [])]) all.set(r.id, nameOfRecord(r as Record<string, unknown>))
    return all
  }, [locations, users])
}

function useColumns(names: ReadonlyMap<string, string>): Column<Device>[] {
  const t = useT()
  return [
    { key: 'name', header: t('phones.name'), cell: (d) => nameOf(d), filter: textFilter('text', t('phones.filter_text')) },
    { key: 'type', header: t('phones.kind'), from: 'md', cell: (d) => t(kindKey(d.type)), filter: selectFilter('type', deviceTypes.map((value) => ({ value, label: t(kindKey(value)) }))) },
    {
      key: 'model', header: t('phones.model'), from: 'sm',
      cell: (d) => (
        <>
          {modelOf(d)}
          <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
            {addressOf(d)}
          </Text>
        </>
      ),
    },
    { key: 'users', header: t('phones.user_of'), from: 'md', cell: (d) => usersOf(d, names) },
    { key: 'location', header: t('phones.location'), from: 'lg', cell: (d) => (d.location ? names.get(d.location) ?? '…' : ''), filter: referenceFilter('location', 'locations') },
    {
      key: 'registration', header: t('phones.registration'), width: 150, cell: (d) => <RegistrationBadge device={d} />,
      filter: selectFilter('registration', [
        { value: 'registered', label: t('phones.registration_registered') },
        { value: 'not_registered', label: t('phones.registration_not_registered') },
      ]),
    },
    {
      key: 'config', header: t('phones.status'), from: 'xs', cell: (d) => <ConfigBadge device={d} />,
      filter: {
        names: ['status', 'drift'],
        input: (label) => (
          <Stack gap={4}>
            {selectFilter('status', [
              { value: 'pending-sync', label: t('phones.status_pending_sync') },
              { value: 'provisioned', label: t('phones.status_provisioned') },
            ]).input(label)}
            {selectFilter('drift', [
              { value: 'true', label: t('phones.drift_true') },
              { value: 'false', label: t('phones.drift_false') },
            ]).input(t('shell.filter_by', { label: t('phones.drift') }))}
          </Stack>
        ),
      },
    },
    { key: 'template', header: t('phones.template'), from: 'lg', cell: (d) => <TemplateName id={d.button_template} />, filter: referenceFilter('button_template', 'button_templates') },
  ]
}

function usersOf(d: Device, names: ReadonlyMap<string, string>): string {
  const ids = new Set((d.lines ?? []).flatMap((l) => (l.user ? [l.user] : [])))
  return [...ids].map((id) => names.get(id) ?? '…').join(', ')
}

function TemplateName({ id }: { id: string | null | undefined }) {
  const all = useAll('button_templates').data
  return id ? all?.find((b) => b.id === id)?.name ?? '…' : ''
}

