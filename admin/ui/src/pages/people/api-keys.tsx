import { Badge, Checkbox, Group, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { useRemove } from '~/api/records'
import type { Row } from '~/api/types'
import { useMay } from '~/app/session'
import { tMaybe, useT } from '~/i18n'
import { DeleteDialog } from '~/parts/ConfirmDialog'
import { EmptyState } from '~/parts/EmptyState'
import { PageHeader } from '~/parts/PageHeader'
import { RecordDialog } from '~/parts/RecordDialog'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { Time } from '~/parts/Time'
import { AddButton } from './add-button'
import { OnceDialog } from './once-dialog'
import { useOpened, useSubmit } from './record-form'
import { RowMenu } from './row-menu'

type Key = Row<'api_keys'>

const scopes = ['read', 'write', 'secrets', 'manage'] as const

/** KeysPage lists the keys programs use, and makes more. */
export default function KeysPage() {
  const t = useT()
  const opened = useOpened<Key>('api_keys')
  const [removing, setRemoving] = useState<Key | null>(null)
  const [made, setMade] = useState('')
  const remove = useRemove('api_keys')
  const add = <AddButton may="api_key.create" label={t('people.key_add')} onClick={opened.create} />
  const columns: Column<Key>[] = [
    { key: 'name', header: t('people.common_name'), cell: (k) => k.name },
    { key: 'scopes', header: t('people.key_scopes'), cell: (k) => <Scopes list={k.scopes} />, from: 'xs' },
    { key: 'used', header: t('people.key_last_used'), cell: (k) => <Time at={k.last_used_at} relative />, from: 'sm', width: 150 },
    { key: 'created', header: t('people.common_created'), cell: (k) => <Time at={k.created_at} relative />, from: 'md', width: 150 },
  ]
  return (
    <>
      <PageHeader title={t('people.key_title')} text={t('people.key_text')} actions={add} />
      <RecordTable
        label={t('people.key_title')}
        collection="api_keys"
        columns={columns}
        onRow={opened.open}
        actions={(k) => (
          <RowMenu
            name={k.name}
            actions={[
              { label: t('shell.edit'), may: 'api_key.update', run: () => opened.open(k) },
              { label: t('shell.delete'), danger: true, may: 'api_key.delete', run: () => setRemoving(k) },
            ]}
          />
        )}
        empty={<EmptyState title={t('people.key_empty_title')} text={t('people.key_empty_text')} action={add} />}
      />
      {(opened.creating || opened.record) && <KeyDialog key={opened.record?.id ?? 'new'} record={opened.record} onMade={setMade} onClose={opened.close} />}
      {made && <OnceDialog title={t('people.key_once_title')} text={t('people.key_once_text')} label={t('people.key_edit')} value={made} onClose={() => setMade('')} />}
      <DeleteDialog name={removing?.name ?? null} onDelete={() => remove.mutateAsync(removing!)} onClose={() => setRemoving(null)}>
        {t('people.key_delete_text')}
      </DeleteDialog>
    </>
  )
}

function Scopes({ list }: { list: string[] }) {
  return (
    <Group gap={4}>
      {list.map((s) => (
        <Badge key={s} variant="light" color="gray" tt="none">
          {s}
        </Badge>
      ))}
    </Group>
  )
}

interface DialogProps {
  record: Key | null
  onMade: (key: string) => void
  onClose: () => void
}

function KeyDialog({ record, onMade, onClose }: DialogProps) {
  const t = useT()
  const may = useMay()
  const submit = useSubmit<Key>('api_keys', record, ['scopes'])
  const form = useForm({
    initialValues: { name: record?.name ?? '', scopes: record?.scopes ?? ['read'] },
    validate: { scopes: (list) => (list.length > 0 ? null : t('people.key_scopes_missing')) },
  })
  return (
    <RecordDialog
      opened
      title={record ? t('people.key_edit') : t('people.key_add')}
      form={form}
      confirm={record ? t('shell.save') : t('shell.create')}
      readOnly={!may(record ? 'api_key.update' : 'api_key.create')}
      submit={async ({ name, scopes }, key) => {
        const saved = await submit(record ? { name } : { name, scopes }, key)
        if (saved.key) onMade(saved.key)
      }}
      onClose={onClose}
    >
      <TextInput label={t('people.common_name')} required maxLength={100} data-autofocus {...form.getInputProps('name')} />
      <Checkbox.Group label={t('people.key_scopes')} {...form.getInputProps('scopes')}>
        <Stack gap="xs" mt="xs">
          {scopes.map((s) => (
            <Checkbox key={s} value={s} label={tMaybe(`people.key_scope_${s}`)} disabled={Boolean(record)} />
          ))}
        </Stack>
      </Checkbox.Group>
    </RecordDialog>
  )
}
