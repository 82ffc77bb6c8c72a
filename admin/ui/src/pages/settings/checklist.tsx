import { Anchor, Group, List, Progress, Text, ThemeIcon } from '@mantine/core'
import { Check, Circle } from 'lucide-react'
import { useRead } from '~/api/records'
import { PageLink } from '~/app/account'
import { tMaybe, useT } from '~/i18n'
import { SettingsSection } from '~/parts/SettingsSection'

/** Step of the first run, ticked by live facts. */
interface Step {
  key: string
  done: boolean
  detail: string
}

// Where each step is done.
const pages: Record<string, string> = {
  domain: '/sip_domains',
  list: '/credential_lists',
  phone: '/devices',
  location: '/settings?tab=locations',
  recipients: '/settings?tab=locations',
  trunk: '/provider_accounts',
  test_call: '/emergency_calls',
}

/** How often facts are looked at that no event tells of, in milliseconds. Every look is in the audit log. */
const lookEvery = 30_000

/** Checklist leads through the first run and goes once all of it is done. */
export function Checklist() {
  const t = useT()
  const { data } = useRead<Step[] | { data: Step[] }>('checklist', {}, { refetchInterval: lookEvery })
  const steps = Array.isArray(data) ? data : data?.data
  if (!steps) return null
  const done = steps.filter((s) => s.done).length
  if (done === steps.length) return null
  const progress = t('settings.checklist_progress', { done, count: steps.length })
  return (
    <SettingsSection title={t('settings.checklist')} text={t('settings.checklist_text')} wide>
      <Group gap="sm">
        <Progress value={(done / steps.length) * 100} w={200} aria-label={progress} />
        <Text size="sm" role="status">
          {progress}
        </Text>
      </Group>
      <List spacing="sm" center={false}>
        {steps.map((s) => (
          <List.Item key={s.key} icon={<Tick done={s.done} />}>
            <Anchor component={PageLink} to={pages[s.key] ?? '/'} fw={500}>
              {tMaybe(`settings.step_${s.key}`) ?? s.key}
            </Anchor>
            <Text size="sm" c="dimmed">
              {s.done ? s.detail || t('settings.step_done') : (tMaybe(`settings.step_${s.key}_text`) ?? s.detail)}
            </Text>
          </List.Item>
        ))}
      </List>
    </SettingsSection>
  )
}

function Tick({ done }: { done: boolean }) {
  const t = useT()
  return (
    <ThemeIcon size={22} radius="xl" color={done ? 'green' : 'gray'} variant={done ? 'filled' : 'light'} role="img" aria-label={t(done ? 'settings.step_done' : 'settings.step_open')}>
      {done ? <Check size={14} aria-hidden /> : <Circle size={12} aria-hidden />}
    </ThemeIcon>
  )
}
