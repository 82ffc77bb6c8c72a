import { Alert, Anchor, Grid, Group, Paper, Stack, Table, Text, Title } from '@mantine/core'
import { MapPinOff } from 'lucide-react'
import type { ReactNode } from 'react'
import { useList } from '~/api/records'

import { PageLink } from '~/app/account'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { StatusBadge } from '~/parts/StatusBadge'
import { Time } from '~/parts/Time'
import { OtherForm } from '../drawing/OtherForms'
import { formOf } from '../drawing/keys'
import { modelNamed, useModels } from '../models'
import { RegistrationBadge } from './badges'
import { CheckSync } from './CheckSync'
import { addressOf, kindKey, modelOf, nameOf, type Device } from './device'
import { DeviceFields } from './DeviceFields'
import { Readiness } from './Readiness'

/** Overview says how far a phone has come, and what is known of it now. */
export function Overview({ device }: { device: Device }) {
  const t = useT()
  const may = useMay()
  const bare = !device.location && device.type !== 'dect_handset'
  return (
    <Grid gap="md">
      <Grid.Col span={{ base: 12, md: 7 }}>
        <Stack>
          <Readiness device={device} />
          {bare && (
            <Alert color="orange" icon={<MapPinOff aria-hidden />}>
              {t('phones.missing_location')}
            </Alert>
          )}
          {may('device.check_sync') && device.type !== 'softphone' && <CheckSync device={device} />}
          {device.type === 'dect_base' && <Handsets base={device} />}
          <DeviceFields device={device} />
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 5 }}>
        <Stack>
          <Portrait device={device} />
          <Facts device={device} />
        </Stack>
      </Grid.Col>
    </Grid>
  )
}

/** Portrait is a small picture of phones whose keys are not drawn on a tab of their own. */
function Portrait({ device }: { device: Device }) {
  const t = useT()
  const models = useModels().data
  const lines = (device.lines ?? []).map((l) => l.label || t('phones.line_number', { line: l.line }))
  if (device.type === 'softphone') return <OtherForm form="softphone" brand="" lines={lines} label={t('phones.kind_softphone')} />
  const model = models && modelNamed(models, modelOf(device))
  const form = device.type === 'dect_base' ? 'dect_base' : device.type === 'dect_handset' ? 'handset' : model && formOf(model)
  if (!form || form === 'keys' || form === 'touch') return null
  return <OtherForm form={form} brand={modelOf(device)} lines={lines} label={t('phones.picture_of', { model: modelOf(device) || t(kindKey(device.type)) })} />
}

function Facts({ device }: { device: Device }) {
  const t = useT()
  const file = device.type === 'deskphone' || device.type === 'dect_base'
  const rows: [string, ReactNode, boolean?][] = [
    [t('phones.kind'), t(kindKey(device.type))],
    [t('phones.address_of'), addressOf(device)],
    [t('phones.reported_model'), [device.reported_model, device.firmware].filter(Boolean).join(' ') || t('phones.not_known_yet'), file],
    [t('phones.last_ip'), device.last_ip || t('phones.not_known_yet'), file],
    [t('phones.provisioned_at'), <Time key="p" at={device.last_provisioned_at} relative />, file],
    [t('phones.registered_at'), <Time key="r" at={device.last_registered_at} relative />],
    [t('phones.called_at'), <Time key="c" at={device.last_call_at} relative />],
    [t('phones.bound'), t(device.bound ? 'phones.bound_yes' : 'phones.bound_no'), file],
    [t('phones.created_at'), <Time key="a" at={device.created_at} />],
  ]
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="xs">
        {t('phones.facts')}
      </Title>
      <Table variant="vertical" aria-label={t('phones.facts')}>
        <Table.Tbody>
          {rows
            .filter(([, , shown]) => shown !== false)
            .map(([name, value]) => (
              <Table.Tr key={name}>
                <Table.Th scope="row" w={150}>
                  {name}
                </Table.Th>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
              </Table.Tr>
            ))}
        </Table.Tbody>
      </Table>
    </Paper>
  )
}

/** Handsets are those paired with a base, by slot. */
function Handsets({ base }: { base: Device }) {
  const t = useT()
  const list = useList<'devices', Device>('devices', { base: base.id, limit: 100 })
  const handsets = (list.data?.data ?? []).toSorted((a, b) => a.slot - b.slot)
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="xs">
        {t('phones.handsets')}
      </Title>
      {handsets.length === 0 && <Text c="dimmed">{t('phones.no_handsets')}</Text>}
      <Stack gap="xs">
        {handsets.map((h) => (
          <Group key={h.id} justify="space-between" wrap="nowrap">
            <Anchor component={PageLink} to={`/devices/${h.id}`}>
              {nameOf(h)}
            </Anchor>
            <Group gap="xs" wrap="nowrap">
              <StatusBadge tone="neutral" label={t('phones.slot_of_base', { slot: h.slot })} />
              <RegistrationBadge device={h} />
            </Group>
          </Group>
        ))}
      </Stack>
    </Paper>
  )
}

