import { Select } from '@mantine/core'
import { useForm } from '@mantine/form'
import type { Row } from '~/api/types'
import { useMay } from '~/app/session'
import { tMaybe, useT } from '~/i18n'
import { RecordDialog } from '~/parts/RecordDialog'
import { ReferencePicker } from '~/parts/ReferencePicker'
import { useSubmit } from './record-form'

export type Attachment = Row<'credential_attachments'>

/** uses are what the credentials of an attached list may be used for. */
export const uses = ['both', 'calls', 'registrations'] as const

/** nameOfUse is one of them as people read it. */
export const nameOfUse = (use: string): string => tMaybe(`people.attachment_use_${use}`) ?? use

interface Props {
  record: Attachment | null
  /** Chosen already, of a new attachment. */
  domain?: string
  list?: string
  onClose: () => void
}

/** AttachmentDialog attaches a credential list to a domain. */
export function AttachmentDialog({ record, domain, list, onClose }: Props) {
  const t = useT()
  const may = useMay()
  const submit = useSubmit<Attachment>('credential_attachments', record)
  const form = useForm({
    initialValues: {
      domain: record?.domain ?? domain ?? null,
      credential_list: record?.credential_list ?? list ?? null,
      use: record?.use ?? 'both',
    },
  })
  const pick = (field: 'domain' | 'credential_list', collection: string, label: string, fixed: boolean) => (
    <ReferencePicker
      collection={collection}
      label={label}
      placeholder={t('shell.type_to_search')}
      required
      disabled={fixed}
      name={field}
      value={form.values[field]}
      error={form.errors[field]}
      onChange={(id) => form.setFieldValue(field, id)}
    />
  )
  return (
    <RecordDialog
      opened
      title={t(record ? 'people.attachment_edit' : 'people.attachment_add')}
      form={form}
      confirm={record ? t('shell.save') : t('people.attachment_add')}
      readOnly={!may(record ? 'credential_attachment.update' : 'credential_attachment.create')}
      submit={({ use, ...pair }, key) => submit(record ? { use } : { ...pair, use }, key)}
      onClose={onClose}
    >
      {pick('credential_list', 'credential_lists', t('people.attachment_list'), Boolean(record || list))}
      {pick('domain', 'sip_domains', t('people.attachment_domain'), Boolean(record || domain))}
      <Select label={t('people.attachment_use')} data={uses.map((u) => ({ value: u, label: nameOfUse(u) }))} allowDeselect={false} {...form.getInputProps('use')} />
    </RecordDialog>
  )
}
