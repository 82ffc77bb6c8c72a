import { Button, Center, Checkbox, Loader, Menu, Stack, Text } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { EllipsisVertical, RotateCcwKey, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { problemOf } from '~/api/problem'
import { useAction, useRecord, useRemove } from '~/api/records'
import { useGo } from '~/app/account'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { ConfirmDialog, DeleteDialog } from '~/parts/ConfirmDialog'
import { PageHeader } from '~/parts/PageHeader'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { TabbedPage } from '~/parts/TabbedPage'
import { ConfigBadge, RegistrationBadge } from './badges'
import { ButtonsTab } from './ButtonsTab'
import { ConfigTab } from './ConfigTab'
import { nameOf, type Device } from './device'
import { EmergencyTab } from './EmergencyTab'
import { HistoryTable } from './HistoryTable'
import { LinesTab } from './LinesTab'
import { Overview } from './Overview'
import { SettingsTab } from './SettingsTab'
import { SoftphoneTab } from './SoftphoneTab'

/** DevicePage is one phone. What happens to it is read again every few seconds. */
export default function DevicePage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const device = useRecord<'devices', Device>('devices', id, { refetchInterval: 5_000 })
  if (device.error && !device.data) return <ProblemAlert problem={problemOf(device.error)} />
  if (!device.data) {
    return (
      <Center h="40vh">
        <Loader />
      </Center>
    )
  }
  return <Loaded key={id} device={device.data} />
}

function Loaded({ device }: { device: Device }) {
  const t = useT()
  const may = useMay()
  const handset = device.type === 'dect_handset'
  const file = device.type === 'deskphone' || device.type === 'dect_base'
  return (
    <>
      <PageHeader
        title={nameOf(device)}
        trail={[{ to: '/devices', label: t('phones.devices') }]}
        badges={
          <>
            <RegistrationBadge device={device} />
            <ConfigBadge device={device} />
          </>
        }
        actions={<Actions device={device} />}
      />
      <TabbedPage
        label={nameOf(device)}
        tabs={[
          { key: 'overview', label: t('phones.tab_overview'), content: <Overview device={device} />, keep: true },
          { key: 'lines', label: t('phones.tab_lines'), content: <LinesTab device={device} /> },
          { key: 'buttons', label: t('phones.tab_buttons'), content: <ButtonsTab device={device} />, shown: device.type === 'deskphone' && may('device.read_buttons') },
          { key: 'settings', label: t('phones.tab_settings'), content: <SettingsTab device={device} />, shown: !handset, keep: true },
          { key: 'config', label: t('phones.tab_config'), content: <ConfigTab device={device} />, shown: (file || handset) && may('device.read_config') },
          { key: 'history', label: t('phones.tab_history'), content: <HistoryTable device={device.id} />, shown: file && may('provisioning_event.list_device') },
          { key: 'emergency', label: t('phones.tab_emergency'), content: <EmergencyTab device={device} />, shown: may('device.emergency_dry_run') },
          { key: 'softphone', label: t('phones.tab_softphone'), content: <SoftphoneTab device={device} />, shown: device.type === 'softphone' && may('device.read_softphone') },
        ]}
      />
    </>
  )
}

function Actions({ device }: { device: Device }) {
  const t = useT()
  const may = useMay()
  const go = useGo()
  const remove = useRemove('devices')
  const action = useAction(['devices'])
  const [asking, setAsking] = useState<'rearm' | 'delete' | null>(null)
  const [atOnce, setAtOnce] = useState(false)
  const rearms = may('device.rearm') && (device.type === 'deskphone' || device.type === 'dect_base')
  if (!rearms && !may('device.delete')) return null
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" rightSection={<EllipsisVertical size={16} aria-hidden />}>
            {t('phones.actions')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {rearms && (
            <Menu.Item leftSection={<RotateCcwKey size={16} aria-hidden />} onClick={() => setAsking('rearm')}>
              {t('phones.rearm')}
            </Menu.Item>
          )}
          {may('device.delete') && (
            <Menu.Item color="red" leftSection={<Trash2 size={16} aria-hidden />} onClick={() => setAsking('delete')}>
              {t('shell.delete')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog
        opened={asking === 'rearm'}
        title={t('phones.rearm')}
        confirm={t('phones.rearm')}
        danger={atOnce}
        onClose={() => setAsking(null)}
        onConfirm={async () => {
          await action.mutateAsync({ path: `devices/${device.id}/rearm`, body: { at_once: atOnce } })
          setAsking(null)
        }}
      >
        <Stack gap="sm">
          <Text size="sm">{t('phones.rearm_text')}</Text>
          <Checkbox label={t('phones.rearm_at_once')} checked={atOnce} onChange={(e) => setAtOnce(e.currentTarget.checked)} />
        </Stack>
      </ConfirmDialog>
      <DeleteDialog
        name={asking === 'delete' ? nameOf(device) : null}
        onClose={() => setAsking(null)}
        onDelete={async () => {
          await remove.mutateAsync(device)
          void go('/devices')
        }}
      >
        {t('phones.delete_device')}
      </DeleteDialog>
    </>
  )
}
