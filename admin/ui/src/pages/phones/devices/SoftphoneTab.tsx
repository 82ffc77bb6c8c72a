import { Button, Group, Paper, Stack, Table, Text } from '@mantine/core'
import { QrCode } from 'lucide-react'
import { useState } from 'react'
import { send } from '~/api/client'
import { problemOf, type Problem } from '~/api/problem'
import { usePath } from '~/api/records'
import type { Shown } from '~/api/types'
import { useT } from '~/i18n'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { SecretField } from '~/parts/SecretField'
import { Time } from '~/parts/Time'
import type { Device } from './device'

type Softphone = Shown<'Softphone'>

/** SoftphoneTab makes a one-time link and its QR code. Reading makes a link, so it happens only when asked for. */
export function SoftphoneTab({ device }: { device: Device }) {
  const t = useT()
  const path = usePath(`devices/${device.id}/softphone`)
  const [shown, setShown] = useState<Softphone | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(false)

  async function make() {
    setBusy(true)
    setProblem(null)
    try {
      setShown(await send<Softphone>('GET', path))
    } catch (err) {
      setProblem(problemOf(err))
    } finally {
      setBusy(false)
    }
  }

  return (
    <Stack>
      <Text c="dimmed" size="sm">
        {t('phones.softphone_text')}
      </Text>
      <Group>
        <Button leftSection={<QrCode size={16} aria-hidden />} onClick={make} loading={busy}>
          {t(shown ? 'phones.softphone_new_link' : 'phones.softphone_link')}
        </Button>
      </Group>
      <ProblemAlert problem={problem} />
      {shown && (
        <Paper withBorder p="md">
          <Stack>
            {shown.link && shown.qr?.startsWith('data:image/png;base64,') ? (
              <>
                <img src={shown.qr} width={256} height={256} alt={t('phones.softphone_qr')} style={{ maxWidth: '100%', height: 'auto', background: '#fff' }} />
                <Text size="sm">{t('phones.softphone_scan')}</Text>
                <SecretField label={t('phones.softphone_link_label')} value={shown.link} open />
                <Text size="sm" c="dimmed">
                  {t('phones.softphone_ends')} <Time at={shown.link_expires_at} />
                </Text>
              </>
            ) : (
              <Text c="dimmed">{t('phones.softphone_hidden')}</Text>
            )}
            <Settings lines={shown.lines ?? []} />
          </Stack>
        </Paper>
      )}
    </Stack>
  )
}

function Settings({ lines }: { lines: NonNullable<Softphone['lines']> }) {
  const t = useT()
  return (
    <Table.ScrollContainer minWidth={420}>
      <Table aria-label={t('phones.tab_softphone')}>
        <Table.Thead>
          <Table.Tr>
            {[t('phones.line'), t('phones.username'), t('phones.domain'), t('phones.softphone_server'), t('phones.softphone_transport')].map((h) => (
              <Table.Th key={h}>{h}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {lines.map((l) => (
            <Table.Tr key={l.line}>
              <Table.Td>
                {l.line} {l.label}
              </Table.Td>
              <Table.Td>{l.user}</Table.Td>
              <Table.Td>{l.domain}</Table.Td>
              <Table.Td>
                {l.server}:{l.port}
              </Table.Td>
              <Table.Td>{l.transport.toUpperCase()}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}
