import { Switch, TagsInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { eventTypes } from '~/app/events'
import type { Row } from '~/api/types'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { RecordDialog } from '~/parts/RecordDialog'
import { tidyList } from './list-form'
import { useSubmit } from './record-form'

export type Hook = Row<'webhooks'>

const families = ['call.*', 'fax.*', 'device.*', 'registration.*']
const events = [...families, ...eventTypes.filter((e) => /^(call|fax|device|registration)\.[a-z_.]+$/.test(e))]

interface Props {
  record: Hook | null
  /** A new secret, shown once. */
  onSecret: (secret: string) => void
  onClose: () => void
}

/** WebhookDialog makes or changes a webhook. */
export function WebhookDialog({ record, onSecret, onClose }: Props) {
  const t = useT()
  const may = useMay()
  const submit = useSubmit<Hook>('webhooks', record, ['events'])
  const form = useForm({
    initialValues: {
      url: record?.url ?? '',
      events: record?.events ?? ['call.*'],
      description: record?.description ?? '',
      enabled: record?.enabled ?? true,
    },
    validate: { events: (list) => (list.length > 0 ? null : t('people.hook_events_missing')) },
  })
  return (
    <RecordDialog
      opened
      title={record ? t('people.hook_edit') : t('people.hook_add')}
      form={form}
      confirm={record ? t('shell.save') : t('shell.create')}
      readOnly={!may(record ? 'webhook.update' : 'webhook.create')}
      submit={async (values, key) => {
        const saved = await submit({ ...values, events: tidyList(values.events) }, key)
        if (saved.secret) onSecret(saved.secret)
      }}
      onClose={onClose}
    >
      <TextInput label={t('people.hook_url')} description={t('people.hook_url_hint')} type="url" required maxLength={2000} data-autofocus placeholder="https://" {...form.getInputProps('url')} />
      <TagsInput label={t('people.hook_events')} description={t('people.hook_events_hint')} data={events} acceptValueOnBlur splitChars={[',', ' ']} {...form.getInputProps('events')} />
      <TextInput label={t('people.common_description')} maxLength={500} {...form.getInputProps('description')} />
      <Switch label={t('people.common_enabled')} {...form.getInputProps('enabled', { type: 'checkbox' })} />
    </RecordDialog>
  )
}
