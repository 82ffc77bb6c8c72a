import { Button, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { LayoutGrid, Plus } from 'lucide-react'
import { useState } from 'react'
import { useAccountRecord, useCreate } from '~/api/records'
import { useT } from '~/i18n'
import { EmptyState } from '~/parts/EmptyState'
import { May } from '~/parts/May'
import { PageHeader } from '~/parts/PageHeader'
import { RecordDialog } from '~/parts/RecordDialog'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { StatusBadge } from '~/parts/StatusBadge'
import { Time } from '~/parts/Time'
import { useGoAfter } from '../useGoAfter'
import type { Template } from './useDraft'

/** TemplatesPage lists the account's button templates. */
export default function TemplatesPage() {
  const t = useT()
  const [creating, setCreating] = useState(false)
  const goTo = useGoAfter(creating)
  const usual = useAccountRecord().data?.default_button_template
  const columns: Column<Template>[] = [
    { key: 'name', header: t('phones.name'), cell: (r) => r.name },
    { key: 'default', header: t('phones.use'), cell: (r) => r.id === usual && <StatusBadge tone="good" label={t('phones.default_template')} reason={t('phones.default_template_text')} /> },
    { key: 'keys', header: t('phones.keys'), cell: (r) => r.buttons?.length ?? 0 },
    { key: 'description', header: t('phones.description'), cell: (r) => r.description, from: 'sm' },
    { key: 'updated', header: t('phones.changed'), cell: (r) => <Time at={r.updated_at} relative />, from: 'md' },
  ]
  const add = (
    <May do="button_template.create">
      <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setCreating(true)}>
        {t('phones.add_template')}
      </Button>
    </May>
  )
  return (
    <>
      <PageHeader title={t('phones.templates')} text={t('phones.templates_text')} actions={add} />
      <RecordTable
        label={t('phones.templates')}
        collection="button_templates"
        columns={columns}
        rowLink={(r) => `/button_templates/${r.id}`}
        empty={<EmptyState icon={LayoutGrid} title={t('phones.no_templates')} text={t('phones.no_templates_text')} action={add} />}
      />
      {creating && <CreateTemplate onMade={(id) => goTo(`/button_templates/${id}`)} onClose={() => setCreating(false)} />}
    </>
  )
}

/** CreateTemplate asks for a name and goes to the new template's page. */
function CreateTemplate({ onMade, onClose }: { onMade: (id: string) => void; onClose: () => void }) {
  const t = useT()
  const create = useCreate('button_templates')
  const form = useForm({
    initialValues: { name: '', description: '' },
    validate: { name: (v) => (v.trim() ? null : t('phones.fault_required')) },
  })
  return (
    <RecordDialog
      opened
      title={t('phones.add_template')}
      form={form}
      confirm={t('shell.create')}
      onClose={onClose}
      submit={async (body, key) => {
        const made = await create.mutateAsync({ body, key })
        onMade(made.id)
      }}
    >
      <TextInput label={t('phones.name')} required data-autofocus maxLength={255} {...form.getInputProps('name')} />
      <TextInput label={t('phones.description')} {...form.getInputProps('description')} />
    </RecordDialog>
  )
}
