import { Alert, Button, List, NumberInput, Stack, Text } from '@mantine/core'
import { TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { useAction, useRead } from '~/api/records'
import type { components } from '~/api/schema'
import { PageLink } from '~/app/account'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { ConfirmDialog } from '~/parts/ConfirmDialog'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { SecretField } from '~/parts/SecretField'
import { SettingsSection } from '~/parts/SettingsSection'
import { formatTime } from '~/parts/Time'
import { useSave } from '~/parts/useSave'

type State = components['schemas']['Provisioning']

/** How often the page asks how many phones are left on the old URL, in milliseconds; without an old URL never. */
const lookEvery = 30_000

// Devices on the old URL that are named; of more only the number is told.
const named = 20

/** Provisioning: token, URL and password of the phones; Generate first, then Rotate. */
export function Provisioning() {
  const t = useT()
  const may = useMay()
  const [overlap, setOverlap] = useState(false)
  const { data } = useRead<State>('provisioning', {}, { refetchInterval: overlap ? lookEvery : undefined })
  if (data && overlap !== Boolean(data.overlap_ends_at)) setOverlap(!overlap)
  const [rotating, setRotating] = useState(false)
  if (!data) return null
  const rotate = data.generated && may('provisioning.rotate') && (
    <Button size="xs" variant="default" onClick={() => setRotating(true)}>
      {t('settings.rotate')}
    </Button>
  )
  return (
    <SettingsSection title={t('settings.provisioning')} text={t('settings.provisioning_text')} actions={rotate}>
      {data.generated ? <Shown state={data} /> : <Generate />}
      {rotating && <Rotate onClose={() => setRotating(false)} />}
    </SettingsSection>
  )
}

function Generate() {
  const t = useT()
  const may = useMay()
  const generate = useAction(['provisioning', 'checklist'])
  const { busy, run, problem } = useSave()
  return (
    <Stack align="flex-start">
      <Text size="sm">{t('settings.not_generated')}</Text>
      <ProblemAlert problem={problem} />
      {may('provisioning.generate') && (
        <Button loading={busy} onClick={() => void run(() => generate.mutateAsync({ path: 'provisioning/generate' }))}>
          {t('settings.generate')}
        </Button>
      )}
    </Stack>
  )
}

function Shown({ state }: { state: State }) {
  const t = useT()
  return (
    <Stack>
      <SecretField label={t('settings.provisioning_url')} description={t('settings.provisioning_url_text')} value={state.url} open />
      <SecretField label={t('settings.provisioning_token')} value={state.token} />
      <SecretField label={t('settings.phone_admin_user')} value={state.phone_admin_user} open />
      <SecretField label={t('settings.phone_admin_password')} value={state.phone_admin_password} />
      {state.secrets_hidden && <Text size="sm" c="dimmed">{t('settings.secrets_hidden')}</Text>}
      {state.overlap_ends_at && <Left state={state} until={state.overlap_ends_at} />}
    </Stack>
  )
}

/** Left tells which phones still use the URL before the last rotation. */
function Left({ state, until }: { state: State; until: string }) {
  const t = useT()
  const devices = state.old_url_devices ?? []
  return (
    <Alert color="yellow" variant="light" icon={<TriangleAlert aria-hidden />} title={t('settings.old_url_left', { count: state.old_url_count })}>
      <Text size="sm">{t('settings.old_url_until', { time: formatTime(new Date(until)) })}</Text>
      <List size="sm">
        {devices.slice(0, named).map((id) => (
          <List.Item key={id}>
            <PageLink to={`/devices/${id}`}>{id}</PageLink>
          </List.Item>
        ))}
      </List>
    </Alert>
  )
}

function Rotate({ onClose }: { onClose: () => void }) {
  const t = useT()
  const rotate = useAction(['provisioning'])
  const [hours, setHours] = useState<string | number>(0)
  const overlap = Number(hours) || 0
  return (
    <ConfirmDialog
      opened
      title={t('settings.rotate_title')}
      confirm={t('settings.rotate')}
      danger
      onConfirm={async () => {
        await rotate.mutateAsync({ path: 'provisioning/rotate', body: { overlap_hours: overlap } })
        onClose()
      }}
      onClose={onClose}
    >
      <Stack>
        <Alert color="red" variant="light" icon={<TriangleAlert aria-hidden />}>
          {t(overlap > 0 ? 'settings.rotate_warning_overlap' : 'settings.rotate_warning')}
        </Alert>
        <NumberInput label={t('settings.overlap_hours')} description={t('settings.overlap_hours_text')} min={0} max={168} value={hours} onChange={setHours} allowDecimal={false} />
      </Stack>
    </ConfirmDialog>
  )
}
