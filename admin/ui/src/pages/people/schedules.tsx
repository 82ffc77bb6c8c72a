import { Select, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMemo, useState } from 'react'
import { useAccountRecord, useRemove } from '~/api/records'
import type { Row } from '~/api/types'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { DeleteDialog } from '~/parts/ConfirmDialog'
import { EmptyState } from '~/parts/EmptyState'
import { PageHeader } from '~/parts/PageHeader'
import { RecordDialog } from '~/parts/RecordDialog'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { AddButton } from './add-button'
import { HolidaysEditor } from './holidays-editor'
import { rangeFault, type Holiday, type WeeklyRange } from './hours'
import { HoursEditor } from './hours-editor'
import { errorIn } from './list-form'
import { Marks } from './marks'
import { useOpened, useSubmit } from './record-form'
import { RowMenu } from './row-menu'
import { timezones } from './timezones'

type Schedule = Row<'schedules'>

/** SchedulesPage lists opening hours. */
export default function SchedulesPage() {
  const t = useT()
  const opened = useOpened<Schedule>('schedules')
  const account = useAccountRecord()
  const [removing, setRemoving] = useState<Schedule | null>(null)
  const remove = useRemove('schedules')
  const add = <AddButton may="schedule.create" label={t('people.schedule_add')} onClick={opened.create} />
  const columns: Column<Schedule>[] = [
    { key: 'name', header: t('people.common_name'), cell: (s) => s.name },
    { key: 'timezone', header: t('people.schedule_timezone'), cell: (s) => s.timezone, from: 'sm' },
    { key: 'holidays', header: t('people.schedule_holidays'), cell: (s) => s.holidays.length, from: 'md', width: 120 },
  ]
  return (
    <>
      <PageHeader title={t('people.schedule_title')} actions={add} />
      <RecordTable
        label={t('people.schedule_title')}
        collection="schedules"
        columns={columns}
        onRow={opened.open}
        actions={(s) => (
          <RowMenu
            name={s.name}
            actions={[
              { label: t('shell.edit'), may: 'schedule.update', run: () => opened.open(s) },
              { label: t('shell.delete'), danger: true, may: 'schedule.delete', run: () => setRemoving(s) },
            ]}
          />
        )}
        empty={<EmptyState title={t('people.schedule_empty_title')} text={t('people.schedule_empty_text')} action={add} />}
      />
      {((opened.creating && account.data) || opened.record) && (
        <ScheduleDialog key={opened.record?.id ?? 'new'} record={opened.record} timezone={account.data?.timezone ?? 'UTC'} onClose={opened.close} />
      )}
      <DeleteDialog name={removing?.name ?? null} onDelete={() => remove.mutateAsync(removing!)} onClose={() => setRemoving(null)} />
    </>
  )
}

interface DialogProps {
  record: Schedule | null
  /** Of a new schedule. */
  timezone: string
  onClose: () => void
}

function ScheduleDialog({ record, timezone, onClose }: DialogProps) {
  const t = useT()
  const may = useMay()
  const submit = useSubmit<Schedule>('schedules', record)
  const zones = useMemo(timezones, [])
  const [strict, setStrict] = useState(false)
  const form = useForm({
    initialValues: {
      name: record?.name ?? '',
      timezone: record?.timezone ?? timezone,
      weekly: (record?.weekly ?? []) as WeeklyRange[],
      holidays: (record?.holidays ?? []) as Holiday[],
    },
    validate: (values) => {
      setStrict(true)
      return values.weekly.some((r) => rangeFault(r)) ? { hours: true } : {}
    },
  })
  const error = errorIn(form.errors)
  return (
    <RecordDialog
      opened
      size="lg"
      title={record ? t('people.schedule_edit', { name: record.name }) : t('people.schedule_add')}
      form={form}
      confirm={record ? t('shell.save') : t('shell.create')}
      readOnly={!may(record ? 'schedule.update' : 'schedule.create')}
      submit={(values, key) => submit({ ...values, holidays: values.holidays.map(cleanHoliday) }, key)}
      onClose={onClose}
    >
      <TextInput label={t('people.common_name')} required maxLength={100} data-autofocus {...form.getInputProps('name')} />
      <Select label={t('people.schedule_timezone')} data={zones} searchable limit={100} allowDeselect={false} {...form.getInputProps('timezone')} />
      <Marks fields={['weekly', 'holidays']} />
      <HoursEditor value={form.values.weekly} onChange={(weekly) => form.setFieldValue('weekly', weekly)} error={error} strict={strict} />
      <HolidaysEditor value={form.values.holidays} onChange={(holidays) => form.setFieldValue('holidays', holidays)} error={error} />
    </RecordDialog>
  )
}

const cleanHoliday = ({ name, from, to }: Holiday): Holiday => ({ from, ...(name && { name }), ...(to && { to }) })
