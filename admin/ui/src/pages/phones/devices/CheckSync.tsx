import { Alert, Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { refresh, usePath } from '~/api/records'
import { useT } from '~/i18n'
import { StatusBadge } from '~/parts/StatusBadge'
import { SyncKind, syncName } from './CheckSyncMany'
import type { Device } from './device'
import { checkSync, type SyncResult } from './sync'

/** CheckSync tells the phone to fetch its configuration, says what became of it line by line, and when it has fetched. */
export function CheckSync({ device }: { device: Device }) {
  const t = useT()
  const path = usePath('devices')
  const client = useQueryClient()
  const [kind, setKind] = useState('reload')
  const [busy, setBusy] = useState(false)
  const [told, setTold] = useState<{ result: SyncResult; before: string | null } | null>(null)

  async function run() {
    setBusy(true)
    setTold(null)
    const before = device.last_provisioned_at ?? null
    const result = await checkSync(`${path}/${device.id}`, kind === 'reboot')
    setTold({ result, before })
    setBusy(false)
    void refresh(client, path)
  }

  const applied = told !== null && (device.last_provisioned_at ?? null) !== told.before
  const delivered = told?.result.lines.some((l) => l.result === 'delivered')
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        {t('phones.check_sync_title')}
      </Title>
      <Stack gap="sm">
        <SyncKind value={kind} onChange={setKind} />
        <Group>
          <Button leftSection={<RefreshCw size={16} aria-hidden />} color={kind === 'reboot' ? 'red' : undefined} onClick={run} loading={busy}>
            {t(kind === 'reboot' ? 'phones.reboot' : 'phones.check_sync')}
          </Button>
        </Group>
        <div role="status">
          {told?.result.refused !== undefined && <Alert color="red">{told.result.refused}</Alert>}
          {told && told.result.refused === undefined && (
            <Stack gap="xs">
              <Group gap="xs">
                {told.result.lines.map((l) => (
                  <StatusBadge key={l.line} tone={l.result === 'delivered' ? 'good' : l.result === 'not_registered' ? 'neutral' : 'bad'} label={`${t('phones.sync_line', { line: l.line })}: ${syncName(l.result)}`} />
                ))}
                {told.result.lines.length === 0 && <Text size="sm">{t('phones.sync_no_lines')}</Text>}
              </Group>
              {(delivered || applied) && <Text size="sm">{t(applied ? 'phones.sync_applied' : 'phones.sync_waiting')}</Text>}
            </Stack>
          )}
        </div>
      </Stack>
    </Paper>
  )
}
