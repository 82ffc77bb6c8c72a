import { Badge, Fieldset, Group, Stack, Switch, TagsInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { useRemove } from '~/api/records'
import type { Row } from '~/api/types'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { DeleteDialog } from '~/parts/ConfirmDialog'
import { EmptyState } from '~/parts/EmptyState'
import { PageHeader } from '~/parts/PageHeader'
import { formatPhone, Phone } from '~/parts/Phone'
import { RecordDialog } from '~/parts/RecordDialog'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { ReferencePicker } from '~/parts/ReferencePicker'
import { TargetPicker, targetErrors, type Target } from '~/parts/TargetPicker'
import { textFilter } from '~/parts/filter'
import { AddButton } from './add-button'
import { tidyList } from './list-form'
import { Marks, targetFields } from './marks'
import { useOpened, useSubmit } from './record-form'
import { RowMenu } from './row-menu'
import { RecordName, TargetName } from './target-name'

type DID = Row<'numbers'>

const voiceTypes = ['user', 'ring_group', 'call_queue', 'device_line', 'external', 'fax'] as const

/** NumbersPage lists the telephone numbers and where their calls go. */
export default function NumbersPage() {
  const t = useT()
  const opened = useOpened<DID>('numbers')
  const [removing, setRemoving] = useState<DID | null>(null)
  const remove = useRemove('numbers')
  const add = <AddButton may="number.create" label={t('people.number_add')} onClick={opened.create} />
  const columns: Column<DID>[] = [
    { key: 'number', header: t('people.number_number'), cell: (n) => <Phone number={n.number} />, width: 190, filter: textFilter('number', '+1…') },
    { key: 'target', header: t('people.number_target'), cell: (n) => <TargetName target={n.target} none={t('people.number_target_none')} /> },
    { key: 'use', header: t('people.number_kind'), cell: (n) => <Uses number={n} />, from: 'sm', width: 160 },
    { key: 'location', header: t('people.number_location'), cell: (n) => <RecordName collection="locations" id={n.location} page="/settings?tab=locations" />, from: 'md' },
    { key: 'provider', header: t('people.number_provider'), cell: (n) => <RecordName collection="provider_accounts" id={n.provider_account} page={`/provider_accounts/${n.provider_account}`} />, from: 'lg' },
  ]
  return (
    <>
      <PageHeader title={t('people.number_title')} actions={add} />
      <RecordTable
        label={t('people.number_title')}
        collection="numbers"
        columns={columns}
        onRow={opened.open}
        actions={(n) => (
          <RowMenu
            name={n.number}
            actions={[
              { label: t('shell.edit'), may: 'number.update', run: () => opened.open(n) },
              { label: t('shell.delete'), danger: true, may: 'number.delete', run: () => setRemoving(n) },
            ]}
          />
        )}
        empty={<EmptyState title={t('people.number_empty_title')} text={t('people.number_empty_text')} action={add} />}
      />
      {(opened.creating || opened.record) && <NumberDialog key={opened.record?.id ?? 'new'} record={opened.record} onClose={opened.close} />}
      <DeleteDialog name={removing && formatPhone(removing.number)} onDelete={() => remove.mutateAsync(removing!)} onClose={() => setRemoving(null)} />
    </>
  )
}

function Uses({ number }: { number: DID }) {
  const t = useT()
  return (
    <Group gap={4}>
      {number.outbound_enabled && <Badge variant="light" tt="none">{t('people.number_kind_out')}</Badge>}
      {number.fax_enabled && <Badge variant="light" color="grape" tt="none">{t('people.number_kind_fax')}</Badge>}
    </Group>
  )
}

function NumberDialog({ record, onClose }: { record: DID | null; onClose: () => void }) {
  const t = useT()
  const may = useMay()
  const submit = useSubmit<DID>('numbers', record, ['fax_recipients'])
  const form = useForm({
    initialValues: {
      number: record?.number ?? '',
      target: (record?.target ?? null) as Target | null,
      outbound_enabled: record?.outbound_enabled ?? true,
      caller_id_name: record?.caller_id_name ?? '',
      caller_id_prefix: record?.caller_id_prefix ?? '',
      fax_enabled: record?.fax_enabled ?? false,
      fax_recipients: record?.fax_recipients ?? [],
      delete_documents: record?.delete_documents ?? false,
      location: record?.location ?? null,
      provider_account: record?.provider_account ?? null,
    },
  })
  const { fax_enabled: fax } = form.values
  return (
    <RecordDialog
      opened
      size="lg"
      title={record ? t('people.number_edit', { number: formatPhone(record.number) }) : t('people.number_add')}
      form={form}
      confirm={record ? t('shell.save') : t('shell.create')}
      readOnly={!may(record ? 'number.update' : 'number.create')}
      submit={(values, key) => submit({ ...values, fax_recipients: tidyList(values.fax_recipients) }, key)}
      onClose={onClose}
    >
      <TextInput label={t('people.number_number')} description={t('people.number_number_hint')} type="tel" required maxLength={40} data-autofocus {...form.getInputProps('number')} />
      <Marks fields={targetFields('target')} />
      <TargetPicker
        label={t('people.number_target')}
        types={voiceTypes}
        clearable
        value={form.values.target}
        onChange={(target) => form.setFieldValue('target', target)}
        errors={targetErrors(form.errors, 'target')}
      />
      <Switch label={t('people.number_outbound')} {...form.getInputProps('outbound_enabled', { type: 'checkbox' })} />
      <Group grow align="flex-start" preventGrowOverflow={false}>
        <TextInput label={t('people.number_caller_id_name')} maxLength={50} miw={200} {...form.getInputProps('caller_id_name')} />
        <TextInput label={t('people.number_caller_id_prefix')} description={t('people.number_caller_id_prefix_hint')} maxLength={20} miw={200} inputWrapperOrder={['label', 'input', 'description', 'error']} {...form.getInputProps('caller_id_prefix')} />
      </Group>
      <Fieldset legend={t('people.number_kind_fax')}>
        <Stack gap="sm">
          <Switch label={t('people.number_fax')} {...form.getInputProps('fax_enabled', { type: 'checkbox' })} />
          {fax && (
            <>
              <TagsInput label={t('people.number_fax_recipients')} description={t('people.number_fax_recipients_hint')} splitChars={[',', ';', ' ']} acceptValueOnBlur {...form.getInputProps('fax_recipients')} />
              <Switch label={t('people.number_fax_delete')} {...form.getInputProps('delete_documents', { type: 'checkbox' })} />
            </>
          )}
        </Stack>
      </Fieldset>
      <Group grow align="flex-start" preventGrowOverflow={false}>
        <ReferencePicker collection="locations" label={t('people.number_location')} placeholder={t('shell.none')} clearable miw={200} value={form.values.location} error={form.errors.location} onChange={(id) => form.setFieldValue('location', id)} name="location" />
        <ReferencePicker collection="provider_accounts" label={t('people.number_provider')} placeholder={t('people.number_provider_any')} clearable miw={200} value={form.values.provider_account} error={form.errors.provider_account} onChange={(id) => form.setFieldValue('provider_account', id)} name="provider_account" />
      </Group>
    </RecordDialog>
  )
}
