import { Alert, Button, Group, List, Paper, Stack, Table, Text, Title } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { CircleCheck, RotateCw, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { problemOf } from '~/api/problem'
import { useAction, useRead } from '~/api/records'
import type { Shown } from '~/api/types'
import { useMay } from '~/app/session'
import { tMaybe, useT } from '~/i18n'
import { explain } from '~/parts/explain'
import { Phone } from '~/parts/Phone'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { StatusBadge } from '~/parts/StatusBadge'
import type { Device } from './device'

type DryRun = Shown<'DryRun'>

/** EmergencyTab says what would happen if this phone dialled 911, without dialling. */
export function EmergencyTab({ device }: { device: Device }) {
  const t = useT()
  const run = useRead<DryRun>(`devices/${device.id}/emergency_dry_run`)
  const problem = run.error ? problemOf(run.error) : null
  return (
    <Stack>
      <Group justify="space-between">
        <div>
          <Title order={2} size="h4">
            {t('phones.emergency_title')}
          </Title>
          <Text size="sm" c="dimmed">
            {t('phones.emergency_text')}
          </Text>
        </div>
        <Group gap="xs">
          <Button variant="default" leftSection={<RotateCw size={16} aria-hidden />} loading={run.isFetching} onClick={() => void run.refetch()}>
            {t('phones.emergency_again')}
          </Button>
          <TestNotice device={device} />
        </Group>
      </Group>
      {problem?.status === 409 ? <Alert color="orange">{t('phones.emergency_no_line')}</Alert> : <ProblemAlert problem={problem} />}
      {run.data && !problem && <Result run={run.data} />}
    </Stack>
  )
}

function TestNotice({ device }: { device: Device }) {
  const t = useT()
  const may = useMay()
  const test = useAction(['emergency_calls'])
  if (!may('emergency_call.test')) return null
  async function send() {
    try {
      await test.mutateAsync({ path: 'emergency_test', body: { device: device.id } })
      notifications.show({ color: 'green', message: t('phones.emergency_tested') })
    } catch (err) {
      const { title, text } = explain(problemOf(err))
      notifications.show({ color: 'red', title, message: text })
    }
  }
  return (
    <Button variant="default" onClick={send} loading={test.isPending}>
      {t('phones.emergency_test')}
    </Button>
  )
}

function Result({ run }: { run: DryRun }) {
  const t = useT()
  const missing = run.missing ?? []
  const trunks = run.trunks ?? []
  const recipients = run.recipients ?? []
  const caller = run.caller as unknown as Record<string, unknown>
  const location = run.location as unknown as Record<string, unknown>
  const rows: [string, ReactNode][] = [
    [t('phones.emergency_number'), run.number],
    [t('phones.emergency_caller'), [caller.name, caller.extension, caller.device_name].filter(Boolean).map(String).join(' · ')],
    [t('phones.emergency_callback'), run.callback_number ? <Phone key="p" number={run.callback_number} /> : '–'],
    [t('phones.emergency_location'), placeText(location) || '–'],
    [t('phones.emergency_conveyed'), conveyedText(run.conveyed)],
  ]
  return (
    <>
      {missing.length === 0 ? (
        <Alert color="green" icon={<CircleCheck aria-hidden />}>
          {t('phones.emergency_fine')}
        </Alert>
      ) : (
        <Alert color="orange" icon={<TriangleAlert aria-hidden />} title={t('phones.emergency_missing')}>
          <List size="sm">
            {missing.map((m) => (
              <List.Item key={m}>{tMaybe(`live.missing_${m}`) ?? m.replaceAll('_', ' ')}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Paper withBorder p="md">
        <Table variant="vertical" aria-label={t('phones.emergency_title')}>
          <Table.Tbody>
            {rows.map(([name, value]) => (
              <Table.Tr key={name}>
                <Table.Th scope="row" w={200}>
                  {name}
                </Table.Th>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Paper>
      <Paper withBorder p="md">
        <Title order={3} size="h5" mb="xs">
          {t('phones.emergency_trunks')}
        </Title>
        {trunks.length === 0 && <Text c="red">{t('phones.emergency_no_trunks')}</Text>}
        <Stack gap="xs">
          {trunks.map((trunk, i) => (
            <Group key={trunk.id} gap="xs">
              <Text>
                {i + 1}. {trunk.name}
              </Text>
              <StatusBadge tone={trunk.emergency ? 'good' : 'warning'} label={t(trunk.emergency ? 'phones.trunk_emergency' : 'phones.trunk_no_emergency')} />
              {!trunk.enabled && <StatusBadge tone="neutral" label={t('phones.trunk_off')} />}
            </Group>
          ))}
        </Stack>
      </Paper>
      <Paper withBorder p="md">
        <Title order={3} size="h5" mb="xs">
          {t('phones.emergency_recipients')}
        </Title>
        {recipients.length === 0 && <Text c="red">{t('phones.emergency_no_recipients')}</Text>}
        <List size="sm">
          {recipients.map((r) => (
            <List.Item key={r.address} style={{ overflowWrap: 'anywhere' }}>
              {r.address}
            </List.Item>
          ))}
        </List>
      </Paper>
    </>
  )
}

function placeText(l: Record<string, unknown>): string {
  const address = (l.address ?? {}) as Record<string, unknown>
  const street = [address.house_number, address.street, address.street_suffix].filter(Boolean).join(' ')
  const town = [address.city, address.state, address.zip].filter(Boolean).join(' ')
  return [l.name, street, town, l.floor, l.room].filter(Boolean).map(String).join(', ')
}

/** How the first trunk would be told the location, and what. */
function conveyedText(c: DryRun['conveyed']): string {
  const method = tMaybe(`phones.conveyed_${c.method || 'none'}`) ?? c.method
  return [method, c.reference, ...(c.lines ?? [])].filter(Boolean).join(' · ')
}
