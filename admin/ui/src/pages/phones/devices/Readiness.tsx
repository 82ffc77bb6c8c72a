import { Anchor, Group, Paper, Text, ThemeIcon, Title } from '@mantine/core'
import { Check, Circle, CircleDot } from 'lucide-react'
import { useList } from '~/api/records'
import { PageLink } from '~/app/account'
import { useMay } from '~/app/session'
import { useT, type TextKey } from '~/i18n'
import { readiness, type Device, type Step } from './device'
import { resultName } from './HistoryTable'
import css from './device.module.css'

/** Readiness leads a phone from its box into use, step by step, by what is known of it now. */
export function Readiness({ device }: { device: Device }) {
  const t = useT()
  const may = useMay()
  const file = device.type === 'deskphone' || device.type === 'dect_base'
  const events = useList(`devices/${device.id}/provisioning_events` as string, { limit: 5 }, {
    enabled: file && may('provisioning_event.list_device') && device.status !== 'provisioned', refetchInterval: 5_000,
  })
  const last = (events.data?.data as { result: string; detail?: string }[] | undefined) ?? []
  const steps = readiness(device, last.length > 0)
  const next = steps.find((s) => !s.done)?.key
  const refused = last.find((e) => e.result !== 'served' && e.result !== 'no_such_file')
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        {t('phones.readiness')}
      </Title>
      <ol className={css.steps} aria-live="polite">
        {steps.map((s) => (
          <Line key={s.key} step={s} next={s.key === next} device={device} detail={s.key === 'config' && refused ? t('phones.last_refusal', { reason: resultName(refused.result) }) : ''} />
        ))}
      </ol>
      {!next && (
        <Text size="sm" c="dimmed">
          {t('phones.readiness_done')}
        </Text>
      )}
    </Paper>
  )
}

const WHERE: Partial<Record<Step['key'], { to: (d: Device) => string; label: TextKey }>> = {
  url: { to: () => '/settings?tab=devices', label: 'settings.devices' as TextKey },
  config: { to: (d) => `/devices/${d.id}?tab=history`, label: 'phones.tab_history' },
  lines: { to: (d) => `/devices/${d.id}?tab=lines`, label: 'phones.tab_lines' },
  registered: { to: () => '/registrations', label: 'live.registrations' },
}

function Line({ step, next, device, detail }: { step: Step; next: boolean; device: Device; detail: string }) {
  const t = useT()
  const where = WHERE[step.key]
  const Icon = step.done ? Check : next ? CircleDot : Circle
  return (
    <li className={css.step} data-done={step.done || undefined}>
      <ThemeIcon size={26} radius="xl" variant={step.done ? 'filled' : 'light'} color={step.done ? 'green.9' : next ? undefined : 'gray'}>
        <Icon size={15} aria-hidden />
      </ThemeIcon>
      <div>
        <Group gap="xs">
          <Text fw={next ? 650 : 500}>{t(`phones.step_${step.key}` as TextKey)}</Text>
          <Text size="xs" c="dimmed">
            {t(step.done ? 'phones.step_done' : next ? 'phones.step_next' : 'phones.step_open')}
          </Text>
        </Group>
        {next && (
          <Text size="sm" c="dimmed">
            {t(`phones.step_${step.key}_text` as TextKey)} {detail}{' '}
            {where && (
              <Anchor component={PageLink} to={where.to(device)} size="sm" underline="always">
                {t(where.label)}
              </Anchor>
            )}
          </Text>
        )}
      </div>
    </li>
  )
}
