import { Checkbox, Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useRead } from '~/api/records'
import type { Row } from '~/api/types'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { CopyButton } from '~/parts/CopyButton'
import { RecordDialog } from '~/parts/RecordDialog'
import { ReferencePicker } from '~/parts/ReferencePicker'
import { tidyPrefix, wholeDomain } from './domain-name'
import { useSubmit } from './record-form'

export type Domain = Row<'sip_domains'>

const algorithms = ['MD5', 'SHA-256'] as const

interface Props {
  record: Domain | null
  /** Provider account a new domain belongs to. */
  provider?: string
  onCreated?: (domain: Domain) => void
  onClose: () => void
}

/** DomainDialog makes or changes a SIP domain; a prefix is shown complete while it is typed. */
export function DomainDialog({ record, provider = '', onCreated, onClose }: Props) {
  const t = useT()
  const may = useMay()
  const base = useRead<{ base_domain: string }>('base_domain').data?.base_domain ?? ''
  const submit = useSubmit<Domain>('sip_domains', record, ['digest_algorithms'])
  const form = useForm({
    initialValues: {
      kind: 'name',
      domain: record?.domain ?? '',
      digest_algorithms: record?.digest_algorithms ?? ['MD5'],
      provider_account: record?.provider_account ?? (provider || null),
    },
    validate: { digest_algorithms: (list) => (list.length > 0 ? null : t('people.domain_algorithms_missing')) },
  })
  const byPrefix = form.values.kind === 'prefix'

  async function save({ kind, domain, ...fields }: typeof form.values, key: string) {
    const whole = kind === 'prefix' ? wholeDomain(domain, base) : domain
    const saved = await submit(record ? fields : { ...fields, domain: whole }, key)
    if (!record) onCreated?.(saved)
  }

  return (
    <RecordDialog
      opened
      title={record ? record.domain : t('people.domain_add')}
      form={form}
      confirm={record ? t('shell.save') : t('shell.create')}
      readOnly={!may(record ? 'sip_domain.update' : 'sip_domain.create')}
      submit={save}
      onClose={onClose}
    >
      {!record && base && (
        <SegmentedControl
          aria-label={t('people.domain_kind')}
          data={[
            { value: 'name', label: t('people.domain_own') },
            { value: 'prefix', label: t('people.domain_by_prefix') },
          ]}
          value={form.values.kind}
          onChange={(kind) => form.setValues({ kind, domain: '' })}
        />
      )}
      {!record &&
        (byPrefix ? (
          <TextInput
            label={t('people.domain_prefix')}
            required
            data-autofocus
            maxLength={63}
            rightSection={<Text size="sm" c="dimmed" truncate>.{base}</Text>}
            rightSectionWidth={Math.min(220, base.length * 8 + 24)}
            description={form.values.domain ? t('people.domain_prefix_hint', { domain: wholeDomain(form.values.domain, base) }) : undefined}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            {...form.getInputProps('domain')}
            onChange={(e) => form.setFieldValue('domain', tidyPrefix(e.currentTarget.value))}
          />
        ) : (
          <TextInput
            label={t('people.domain_name')}
            description={t('people.domain_name_hint')}
            required
            data-autofocus
            maxLength={253}
            placeholder="sip.example.com"
            {...form.getInputProps('domain')}
          />
        ))}
      {record && (
        <Group gap={4}>
          <Text ff="monospace">{record.domain}</Text>
          <CopyButton value={record.domain} label={t('people.domain_domain')} />
        </Group>
      )}
      <Checkbox.Group label={t('people.domain_algorithms')} description={t('people.domain_algorithms_hint')} {...form.getInputProps('digest_algorithms')}>
        <Stack gap="xs" mt="xs">
          {algorithms.map((a) => (
            <Checkbox key={a} value={a} label={a} />
          ))}
        </Stack>
      </Checkbox.Group>
      <ReferencePicker
        collection="provider_accounts"
        label={t('people.domain_provider')}
        placeholder={t('shell.none')}
        clearable
        name="provider_account"
        value={form.values.provider_account}
        error={form.errors.provider_account}
        onChange={(id) => form.setFieldValue('provider_account', id)}
      />
    </RecordDialog>
  )
}
