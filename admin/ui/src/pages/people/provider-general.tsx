import { ActionIcon, Button, Card, Code, Group, PasswordInput, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { X } from 'lucide-react'
import { useState } from 'react'
import { usePatch } from '~/api/records'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { ConfirmDialog } from '~/parts/ConfirmDialog'
import { NumberSetting } from '~/parts/NumberSetting'
import { RecordDialog } from '~/parts/RecordDialog'
import { SelectSetting } from '~/parts/SelectSetting'
import { TextSetting } from '~/parts/TextSetting'
import { ToggleSetting } from '~/parts/ToggleSetting'
import { useFields } from '~/parts/fields'
import { carrierName, carriers, type Provider } from './provider-record'

/** ProviderGeneral edits what a provider account is called and the keys of the carrier's own API. */
export function ProviderGeneral({ provider }: { provider: Provider }) {
  const t = useT()
  const field = useFields<Provider>('provider_accounts', provider, 'provider_account.update')
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <Stack>
        <TextSetting label={t('people.common_name')} maxLength={100} {...field('name')} />
        <SelectSetting label={t('people.provider_provider')} data={carriers.map((c) => ({ value: c, label: carrierName(c) }))} {...field('provider')} />
        <NumberSetting label={t('people.provider_order')} description={t('people.provider_order_hint')} min={0} max={10000} {...field('position')} />
        <ToggleSetting label={t('people.common_enabled')} description={t('people.provider_enabled_hint')} {...field('enabled')} />
      </Stack>
      <CarrierKeys provider={provider} />
    </SimpleGrid>
  )
}

function CarrierKeys({ provider }: { provider: Provider }) {
  const t = useT()
  const allowed = useMay()('provider_account.update')
  const patch = usePatch<'provider_accounts', Provider>('provider_accounts')
  const [open, setOpen] = useState<'replace' | 'remove' | null>(null)
  const names = provider.credential_names
  return (
    <Card withBorder>
      <Title order={2} size="h5">
        {t('people.provider_keys')}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t('people.provider_keys_hint')}
      </Text>
      <Group gap="xs">
        {names.length === 0 ? <Text size="sm">{t('people.provider_keys_none')}</Text> : names.map((n) => <Code key={n}>{n}</Code>)}
      </Group>
      {allowed && (
        <Group mt="md" gap="xs">
          <Button size="xs" variant="default" onClick={() => setOpen('replace')}>
            {t('people.provider_keys_replace')}
          </Button>
          {names.length > 0 && (
            <Button size="xs" variant="subtle" color="red" onClick={() => setOpen('remove')}>
              {t('people.provider_keys_remove')}
            </Button>
          )}
        </Group>
      )}
      {open === 'replace' && <KeysDialog provider={provider} onClose={() => setOpen(null)} />}
      <ConfirmDialog
        opened={open === 'remove'}
        title={t('people.provider_keys_remove')}
        confirm={t('people.provider_keys_remove')}
        danger
        onConfirm={async () => {
          await patch.mutateAsync({ record: provider, changes: { credentials: null } })
          setOpen(null)
        }}
        onClose={() => setOpen(null)}
      >
        {t('shell.delete_text')}
      </ConfirmDialog>
    </Card>
  )
}

interface Pair {
  name: string
  value: string
}

const usualKeys: Record<string, string[]> = {
  telnyx: ['api_key', 'public_key'],
  twilio: ['account_sid', 'auth_token'],
  bandwidth: ['account_id', 'username', 'password'],
  sip: ['api_key'],
}

function KeysDialog({ provider, onClose }: { provider: Provider; onClose: () => void }) {
  const t = useT()
  const [base] = useState(provider)
  const patch = usePatch<'provider_accounts', Provider>('provider_accounts')
  const form = useForm({ initialValues: { keys: (usualKeys[base.provider] ?? []).map((name): Pair => ({ name, value: '' })) } })
  const { keys } = form.values

  async function save({ keys }: typeof form.values) {
    const credentials = Object.fromEntries(keys.filter((k) => k.name.trim() && k.value).map((k) => [k.name.trim(), k.value]))
    await patch.mutateAsync({ record: base, changes: { credentials } })
  }

  return (
    <RecordDialog opened title={t('people.provider_keys')} form={form} submit={save} onClose={onClose}>
      <Text size="sm">{t('people.provider_keys_hint')}</Text>
      {keys.map((pair, i) => (
        <Group key={i} wrap="nowrap" align="flex-end">
          <TextInput label={t('people.provider_keys_name')} maxLength={64} {...form.getInputProps(`keys.${i}.name`)} />
          <PasswordInput
            label={t('people.provider_keys_value')}
            autoComplete="off"
            style={{ flex: 1 }}
            {...form.getInputProps(`keys.${i}.value`)}
            name={`credentials.${pair.name}`}
            error={form.errors[`credentials.${pair.name}`]}
          />
          <ActionIcon variant="subtle" color="gray" mb={6} aria-label={`${t('shell.remove')}: ${pair.name || i + 1}`} onClick={() => form.removeListItem('keys', i)}>
            <X size={16} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      <Button size="xs" variant="default" style={{ alignSelf: 'flex-start' }} onClick={() => form.insertListItem('keys', { name: '', value: '' })}>
        {t('people.provider_keys_add')}
      </Button>
    </RecordDialog>
  )
}
