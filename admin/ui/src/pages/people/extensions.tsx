import { Switch, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { useAccountRecord, useRemove } from '~/api/records'
import type { Row } from '~/api/types'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { DeleteDialog } from '~/parts/ConfirmDialog'
import { EmptyState } from '~/parts/EmptyState'
import { PageHeader } from '~/parts/PageHeader'
import { RecordDialog } from '~/parts/RecordDialog'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { StatusBadge } from '~/parts/StatusBadge'
import { TargetPicker, targetErrors, type Target } from '~/parts/TargetPicker'
import { textFilter } from '~/parts/filter'
import { AddButton } from './add-button'
import { Marks, targetFields } from './marks'
import { useOpened, useSubmit } from './record-form'
import { RowMenu } from './row-menu'
import { TargetName } from './target-name'

type Extension = Row<'extensions'>

/** ExtensionsPage lists the short numbers and where they lead. */
export default function ExtensionsPage() {
  const t = useT()
  const opened = useOpened<Extension>('extensions')
  const [removing, setRemoving] = useState<Extension | null>(null)
  const remove = useRemove('extensions')
  const add = <AddButton may="extension.create" label={t('people.extension_add')} onClick={opened.create} />
  const columns: Column<Extension>[] = [
    { key: 'number', header: t('people.extension_number'), cell: (e) => e.number, width: 140, filter: textFilter('number') },
    { key: 'target', header: t('people.extension_target'), cell: (e) => <TargetName target={e.target} /> },
    { key: 'status', header: t('people.common_status'), cell: (e) => <ExtensionStatus status={e.status} />, from: 'xs', width: 120 },
  ]
  return (
    <>
      <PageHeader title={t('people.extension_title')} actions={add} />
      <RecordTable
        label={t('people.extension_title')}
        collection="extensions"
        columns={columns}
        onRow={opened.open}
        actions={(e) => (
          <RowMenu
            name={e.number}
            actions={[
              { label: t('shell.edit'), may: 'extension.update', run: () => opened.open(e) },
              { label: t('shell.delete'), danger: true, may: 'extension.delete', run: () => setRemoving(e) },
            ]}
          />
        )}
        empty={<EmptyState title={t('people.extension_empty_title')} text={t('people.extension_empty_text')} action={add} />}
      />
      {(opened.creating || opened.record) && <ExtensionDialog key={opened.record?.id ?? 'new'} record={opened.record} onClose={opened.close} />}
      <DeleteDialog name={removing?.number ?? null} onDelete={() => remove.mutateAsync(removing!)} onClose={() => setRemoving(null)} />
    </>
  )
}

function ExtensionStatus({ status }: { status: string }) {
  const t = useT()
  const active = status === 'active'
  return <StatusBadge tone={active ? 'good' : 'neutral'} label={active ? t('people.extension_active') : t('people.extension_inactive')} />
}

function ExtensionDialog({ record, onClose }: { record: Extension | null; onClose: () => void }) {
  const t = useT()
  const may = useMay()
  const account = useAccountRecord()
  const submit = useSubmit<Extension>('extensions', record)
  const form = useForm({
    initialValues: { number: record?.number ?? '', target: (record?.target ?? { type: 'user' }) as Target | null, status: record?.status ?? 'active' },
    validate: { target: (target) => (target ? null : t('people.extension_target_missing')) },
  })
  const length = account.data?.extension_length ?? 4
  return (
    <RecordDialog
      opened
      title={record ? t('people.extension_edit', { number: record.number }) : t('people.extension_add')}
      form={form}
      confirm={record ? t('shell.save') : t('shell.create')}
      readOnly={!may(record ? 'extension.update' : 'extension.create')}
      submit={submit}
      onClose={onClose}
    >
      <TextInput
        label={t('people.extension_number')}
        description={t('people.extension_number_hint', { count: length })}
        required
        inputMode="numeric"
        maxLength={6}
        data-autofocus
        {...form.getInputProps('number')}
      />
      <Marks fields={targetFields('target')} />
      <TargetPicker
        label={t('people.extension_target')}
        value={form.values.target}
        onChange={(target) => form.setFieldValue('target', target)}
        errors={targetErrors(form.errors, 'target')}
      />
      <Switch
        label={t('people.extension_active')}
        checked={form.values.status === 'active'}
        onChange={(e) => form.setFieldValue('status', e.currentTarget.checked ? 'active' : 'inactive')}
      />
    </RecordDialog>
  )
}
