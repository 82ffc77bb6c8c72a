import { TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { useRemove } from '~/api/records'
import type { Row } from '~/api/types'
import { useT } from '~/i18n'
import { DeleteDialog } from '~/parts/ConfirmDialog'
import { EmptyState } from '~/parts/EmptyState'
import { RecordDialog } from '~/parts/RecordDialog'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { Time } from '~/parts/Time'
import { AddButton } from './add-button'
import { AttachedDomains } from './attached'
import { useGoNext, useSubmit, type useOpened } from './record-form'
import { RowMenu } from './row-menu'

export type CredentialList = Row<'credential_lists'>

interface Props {
  opened: ReturnType<typeof useOpened<CredentialList>>
}

/** ListTable lists the credential lists. */
export function ListTable({ opened }: Props) {
  const t = useT()
  const goNext = useGoNext()
  const [removing, setRemoving] = useState<CredentialList | null>(null)
  const remove = useRemove('credential_lists')
  const columns: Column<CredentialList>[] = [
    { key: 'name', header: t('people.common_name'), cell: (l) => l.name },
    { key: 'domains', header: t('people.list_attached'), cell: (l) => <AttachedDomains list={l.id} /> },
    { key: 'created', header: t('people.common_created'), cell: (l) => <Time at={l.created_at} relative />, from: 'md', width: 140 },
  ]
  return (
    <>
      <RecordTable
        label={t('people.list_title')}
        collection="credential_lists"
        columns={columns}
        rowLink={(l) => `/credential_lists/${l.id}`}
        actions={(l) => (
          <RowMenu
            name={l.name}
            actions={[
              { label: t('people.list_edit'), may: 'credential_list.update', run: () => opened.open(l) },
              { label: t('shell.delete'), danger: true, may: 'credential_list.delete', run: () => setRemoving(l) },
            ]}
          />
        )}
        empty={
          <EmptyState
            title={t('people.list_empty_title')}
            text={t('people.list_empty_text')}
            action={<AddButton may="credential_list.create" label={t('people.list_add')} onClick={opened.create} />}
          />
        }
      />
      {(opened.creating || opened.record) && (
        <ListDialog key={opened.record?.id ?? 'new'} record={opened.record} onCreated={(l) => goNext(`/credential_lists/${l.id}`)} onClose={opened.close} />
      )}
      <DeleteDialog name={removing?.name ?? null} onDelete={() => remove.mutateAsync(removing!)} onClose={() => setRemoving(null)}>
        {t('people.list_delete_text')}
      </DeleteDialog>
    </>
  )
}

interface DialogProps {
  record: CredentialList | null
  onCreated: (list: CredentialList) => void
  onClose: () => void
}

function ListDialog({ record, onCreated, onClose }: DialogProps) {
  const t = useT()
  const submit = useSubmit<CredentialList>('credential_lists', record)
  const form = useForm({ initialValues: { name: record?.name ?? '' } })
  return (
    <RecordDialog
      opened
      title={record ? t('people.list_edit') : t('people.list_add')}
      form={form}
      confirm={record ? t('shell.save') : t('shell.create')}
      submit={async (values, key) => {
        const list = await submit(values, key)
        if (!record) onCreated(list)
      }}
      onClose={onClose}
    >
      <TextInput label={t('people.common_name')} required maxLength={64} data-autofocus {...form.getInputProps('name')} />
    </RecordDialog>
  )
}
