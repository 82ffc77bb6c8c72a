import { Button, Fieldset, Group, MultiSelect, NumberInput, PasswordInput, Select, SimpleGrid, Stack, Switch, TagsInput, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useState, type FormEvent } from 'react'
import { usePatch } from '~/api/records'
import { useMay } from '~/app/session'
import { useUnsaved } from '~/app/unsaved'
import { useT } from '~/i18n'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { useSave } from '~/parts/useSave'
import { changedFields } from './changed'
import { errorIn, tidyList } from './list-form'
import { authentications, choices, codecs, conveyances, numberFormats, srtpModes, transports, type Provider } from './provider-record'

/** TrunkForm edits how calls go to a carrier and come from it; it is saved as a whole. */
export function TrunkForm({ provider }: { provider: Provider }) {
  const [version, setVersion] = useState(0)
  const [base, setBase] = useState(provider)
  const restart = (next: Provider) => {
    setBase(next)
    setVersion(version + 1)
  }
  return <Form key={version} base={base} latest={provider} onRestart={restart} />
}

interface Props {
  /** The record the form began with. */
  base: Provider
  latest: Provider
  onRestart: (record: Provider) => void
}

function Form({ base, latest, onRestart }: Props) {
  const t = useT()
  const disabled = !useMay()('provider_account.update')
  const patch = usePatch<'provider_accounts', Provider>('provider_accounts')
  const { busy, problem, run } = useSave()
  const form = useForm({ initialValues: { ...base.trunk, password: '' } })
  const changes = changedTrunk(base, form.values)
  const dirty = Object.keys(changes).length > 0
  useUnsaved(dirty)
  const signsIn = form.values.authentication !== 'ip'
  const known = new Set(Object.keys(form.values).map((name) => `trunk.${name}`))
  const field = (name: keyof typeof form.values) => {
    return { ...form.getInputProps(name), disabled, error: errorIn(errors)(`trunk.${name}`) }
  }
  const toggle = (name: keyof typeof form.values) => ({ ...form.getInputProps(name, { type: 'checkbox' }), disabled })
  const errors = Object.fromEntries((problem?.errors ?? []).map((e) => [e.field.replace(/\[\d+\]$/, ''), e.detail]))

  async function submit(e: FormEvent) {
    e.preventDefault()
    let saved: Provider | null = null
    if (!(await run(async () => (saved = await patch.mutateAsync({ record: base, changes: { trunk: changes } }))))) return
    notifications.show({ message: t('shell.saved') })
    if (saved) onRestart(saved)
  }

  return (
    <form onSubmit={(e) => void submit(e)} noValidate>
      <Stack>
        <ProblemAlert problem={problem?.errors.length ? null : problem} />
        <ProblemAlert problem={problem?.errors.some((e) => !known.has(e.field.replace(/\[\d+\]$/, ''))) ? problem : null} />
        <Text size="sm" c="dimmed">
          {t('people.provider_trunk_warning')}
        </Text>
        <SimpleGrid cols={{ base: 1, lg: 2 }}>
          <Fieldset legend={t('people.provider_trunk_basic')}>
            <Stack gap="sm">
              <TagsInput label={t('people.provider_hosts')} description={t('people.provider_hosts_hint')} acceptValueOnBlur splitChars={[',', ' ']} {...field('hosts')} />
              <Select label={t('people.provider_transport')} data={transports.map((v) => ({ value: v, label: v.toUpperCase() }))} allowDeselect={false} {...field('transport')} />
              <Select label={t('people.provider_auth')} data={choices('provider_auth', authentications)} allowDeselect={false} {...field('authentication')} />
              {signsIn && (
                <>
                  <TextInput label={t('people.provider_username')} autoComplete="off" maxLength={128} {...field('username')} />
                  <PasswordInput
                    label={t('people.provider_password')}
                    description={base.trunk_password_set ? t('people.provider_password_kept') : undefined}
                    autoComplete="new-password"
                    maxLength={256}
                    {...field('password')}
                  />
                  <TextInput label={t('people.provider_realm')} description={t('people.provider_realm_hint')} {...field('realm')} />
                </>
              )}
              {form.values.authentication === 'registration' && (
                <NumberInput label={t('people.provider_register_expires')} min={60} max={86400} allowDecimal={false} clampBehavior="none" {...field('register_expires')} />
              )}
              <TagsInput label={t('people.provider_inbound_sources')} description={t('people.provider_inbound_sources_hint')} acceptValueOnBlur splitChars={[',', ' ']} {...field('inbound_sources')} />
            </Stack>
          </Fieldset>
          <Stack>
            <Fieldset legend={t('people.provider_trunk_emergency')}>
              <Stack gap="sm">
                <Switch label={t('people.provider_emergency')} {...toggle('emergency')} />
                <Select label={t('people.provider_conveyance')} data={choices('provider_conveyance', conveyances)} allowDeselect={false} {...field('location_conveyance')} />
              </Stack>
            </Fieldset>
            <Fieldset legend={t('people.provider_trunk_calls')}>
              <Stack gap="sm">
                <Select label={t('people.provider_number_format')} data={numberFormats} allowDeselect={false} {...field('number_format')} />
                <TextInput label={t('people.provider_from_domain')} {...field('from_domain')} />
                <Switch label={t('people.provider_own_numbers_only')} {...toggle('own_numbers_only')} />
                <Group grow align="flex-start">
                  <NumberInput label={t('people.provider_max_channels')} description={t('people.provider_zero')} min={0} allowDecimal={false} clampBehavior="none" {...field('max_channels')} />
                  <NumberInput label={t('people.provider_calls_per_second')} description={t('people.provider_zero')} min={0} allowDecimal={false} clampBehavior="none" {...field('calls_per_second')} />
                </Group>
              </Stack>
            </Fieldset>
          </Stack>
          <Fieldset legend={t('people.provider_trunk_media')}>
            <Stack gap="sm">
              <MultiSelect label={t('people.provider_codecs')} description={t('people.provider_codecs_hint')} data={[...codecs]} {...field('codecs')} />
              <Select label={t('people.provider_srtp')} data={choices('provider_srtp', srtpModes)} allowDeselect={false} {...field('srtp')} />
              <Switch label={t('people.provider_t38')} {...toggle('t38')} />
            </Stack>
          </Fieldset>
          <Fieldset legend={t('people.provider_trunk_watch')}>
            <Stack gap="sm">
              <Switch label={t('people.provider_options_ping')} {...toggle('options_ping')} />
              <NumberInput label={t('people.provider_options_interval')} min={10} max={3600} allowDecimal={false} clampBehavior="none" {...field('options_interval')} />
              <Switch label={t('people.provider_session_timers')} {...toggle('session_timers')} />
              <NumberInput label={t('people.provider_session_expires')} min={90} max={86400} allowDecimal={false} clampBehavior="none" {...field('session_expires')} />
              <Switch label={t('people.provider_reliable_100rel')} {...toggle('reliable_100rel')} />
            </Stack>
          </Fieldset>
        </SimpleGrid>
        {dirty && (
          <Group>
            <Button type="submit" loading={busy}>
              {t('people.provider_trunk_save')}
            </Button>
            <Button variant="default" onClick={() => onRestart(latest)}>
              {t('shell.cancel')}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  )
}

// changedTrunk are the trunk's fields that differ; a password only when one is typed.
function changedTrunk(base: Provider, { password, ...values }: Provider['trunk'] & { password: string }): Record<string, unknown> {
  const tidy = { ...values, hosts: tidyList(values.hosts), inbound_sources: tidyList(values.inbound_sources) }
  return { ...changedFields(base.trunk, tidy), ...(password && { password }) }
}
