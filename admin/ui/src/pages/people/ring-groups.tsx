import { NumberInput, Select, TextInput } from '@mantine/core'
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
import { TargetPicker, targetErrors, type Target } from '~/parts/TargetPicker'
import { AddButton } from './add-button'
import { errorIn } from './list-form'
import { Marks, targetFields } from './marks'
import { useOpened, useSubmit } from './record-form'
import { RowMenu } from './row-menu'
import { TargetList } from './target-list'
import { TargetName } from './target-name'

type RingGroup = Row<'ring_groups'>

const mostMembers = 50
const strategies = ['simultaneous', 'sequential'] as const
const overflowTypes = ['user', 'ring_group', 'call_queue', 'device_line', 'external'] as const

/** RingGroupsPage lists groups of people called by one target. */
export default function RingGroupsPage() {
  const t = useT()
  const opened = useOpened<RingGroup>('ring_groups')
  const [removing, setRemoving] = useState<RingGroup | null>(null)
  const remove = useRemove('ring_groups')
  const add = <AddButton may="ring_group.create" label={t('people.group_add')} onClick={opened.create} />
  const columns: Column<RingGroup>[] = [
    { key: 'name', header: t('people.common_name'), cell: (g) => g.name },
    { key: 'members', header: t('people.group_members'), cell: (g) => t('people.group_members_count', { count: g.members.length }), width: 130 },
    { key: 'strategy', header: t('people.group_strategy'), cell: (g) => tMaybe(`people.group_${g.strategy}`), from: 'sm', width: 170 },
    { key: 'overflow', header: t('people.group_overflow'), cell: (g) => <TargetName target={g.overflow} none={t('people.group_overflow_none')} />, from: 'md' },
  ]
  return (
    <>
      <PageHeader title={t('people.group_title')} actions={add} />
      <RecordTable
        label={t('people.group_title')}
        collection="ring_groups"
        columns={columns}
        onRow={opened.open}
        actions={(g) => (
          <RowMenu
            name={g.name}
            actions={[
              { label: t('shell.edit'), may: 'ring_group.update', run: () => opened.open(g) },
              { label: t('shell.delete'), danger: true, may: 'ring_group.delete', run: () => setRemoving(g) },
            ]}
          />
        )}
        empty={<EmptyState title={t('people.group_empty_title')} text={t('people.group_empty_text')} action={add} />}
      />
      {(opened.creating || opened.record) && <RingGroupDialog key={opened.record?.id ?? 'new'} record={opened.record} onClose={opened.close} />}
      <DeleteDialog name={removing?.name ?? null} onDelete={() => remove.mutateAsync(removing!)} onClose={() => setRemoving(null)} />
    </>
  )
}

function RingGroupDialog({ record, onClose }: { record: RingGroup | null; onClose: () => void }) {
  const t = useT()
  const may = useMay()
  const readOnly = !may(record ? 'ring_group.update' : 'ring_group.create')
  const submit = useSubmit<RingGroup>('ring_groups', record)
  const form = useForm({
    initialValues: {
      name: record?.name ?? '',
      members: (record?.members ?? []) as Target[],
      strategy: record?.strategy ?? 'simultaneous',
      timeout_seconds: record?.timeout_seconds ?? 20,
      overflow: (record?.overflow ?? null) as Target | null,
      caller_id_prefix: record?.caller_id_prefix ?? '',
    },
  })
  const { members, strategy } = form.values
  return (
    <RecordDialog
      opened
      size="lg"
      title={record ? t('people.group_edit', { name: record.name }) : t('people.group_add')}
      form={form}
      confirm={record ? t('shell.save') : t('shell.create')}
      readOnly={readOnly}
      submit={submit}
      onClose={onClose}
    >
      <TextInput label={t('people.common_name')} required maxLength={100} data-autofocus {...form.getInputProps('name')} />
      <Marks fields={['members', ...members.flatMap((_, i) => targetFields(`members[${i}]`))]} />
      <TargetList
        label={t('people.group_members')}
        none={t('people.group_members_none')}
        add={t('people.group_members_add')}
        one={(n) => t('people.group_member', { n })}
        value={members}
        most={mostMembers}
        disabled={readOnly}
        error={(field) => errorIn(form.errors)(`members${field}`)}
        onChange={(next) => form.setFieldValue('members', next)}
      />
      <Select label={t('people.group_strategy')} data={strategies.map((s) => ({ value: s, label: tMaybe(`people.group_${s}`) ?? s }))} allowDeselect={false} {...form.getInputProps('strategy')} />
      <NumberInput
        label={strategy === 'sequential' ? t('people.group_timeout_each') : t('people.group_timeout')}
        min={5}
        max={300}
        allowDecimal={false}
        clampBehavior="none"
        {...form.getInputProps('timeout_seconds')}
      />
      <Marks fields={targetFields('overflow')} />
      <TargetPicker
        label={t('people.group_overflow')}
        types={overflowTypes}
        clearable
        value={form.values.overflow}
        onChange={(target) => form.setFieldValue('overflow', target)}
        errors={targetErrors(form.errors, 'overflow')}
      />
      <TextInput label={t('people.group_prefix')} maxLength={20} {...form.getInputProps('caller_id_prefix')} />
    </RecordDialog>
  )
}
