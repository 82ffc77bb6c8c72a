import { Anchor, Card, Group, Stack, Table, Text, Title } from '@mantine/core'
import { useAll } from '~/api/records'
import { PageLink } from '~/app/account'
import { useT } from '~/i18n'
import { nameOfRecord } from '~/parts/ReferencePicker'
import { StatusBadge } from '~/parts/StatusBadge'
import { Time } from '~/parts/Time'
import type { Row } from '~/api/types'
import type { User } from './user-record'

type Device = Row<'devices'>

/** UserPhones are the devices with a line of the user, and what is registered now. */
export function UserPhones({ user }: { user: User }) {
  const t = useT()
  const devices = useAll('devices', { text: user.email })
  const own = devices.data?.filter((d) => linesOf(d, user).length > 0) ?? []
  return (
    <Stack>
      <Title order={2} size="h4">
        {t('people.phones_title')}
      </Title>
      {devices.isSuccess && own.length === 0 && <Text c="dimmed">{t('people.phones_none')}</Text>}
      {own.map((d) => (
        <DeviceCard key={d.id} device={d} user={user} />
      ))}
    </Stack>
  )
}

const linesOf = (d: Device, user: User) => (d.lines ?? []).filter((l) => l.user === user.id)

function DeviceCard({ device, user }: { device: Device; user: User }) {
  const t = useT()
  const registrations = useAll('registrations', { device: device.id })
  const online = device.registration_status === 'registered'
  return (
    <Card withBorder>
      <Group justify="space-between">
        <Anchor component={PageLink} to={`/devices/${device.id}`} fw={600}>
          {nameOfRecord(device)}
        </Anchor>
        <StatusBadge tone={online ? 'good' : 'neutral'} label={online ? t('people.phones_registered') : t('people.phones_unregistered')} />
      </Group>
      <Text size="sm" c="dimmed">
        {[device.vendor, device.model].filter(Boolean).join(' ')} · {t('people.phones_lines')}: {linesOf(device, user).map((l) => l.line).join(', ')} ·{' '}
        {t('people.phones_last')}: <Time at={device.last_registered_at} relative />
      </Text>
      {(registrations.data ?? []).length > 0 && (
        <Table.ScrollContainer minWidth={420} mt="xs">
          <Table verticalSpacing={4} aria-label={t('people.phones_registrations')}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('people.phones_aor')}</Table.Th>
                <Table.Th>{t('people.phones_source')}</Table.Th>
                <Table.Th>{t('people.phones_agent')}</Table.Th>
                <Table.Th>{t('people.phones_expires')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {registrations.data?.map((r) => (
                <Table.Tr key={r.aor + r.contact}>
                  <Table.Td>{r.aor}</Table.Td>
                  <Table.Td>
                    {r.source} {r.transport}
                  </Table.Td>
                  <Table.Td>{r.user_agent}</Table.Td>
                  <Table.Td>
                    <Time at={r.expires_at} relative />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {registrations.isSuccess && registrations.data.length === 0 && (
        <Anchor component={PageLink} to="/registrations" size="sm">
          {t('people.phones_why')}
        </Anchor>
      )}
    </Card>
  )
}
