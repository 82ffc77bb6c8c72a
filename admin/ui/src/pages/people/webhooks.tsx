import { Text } from '@mantine/core'
import { useState } from 'react'
import { useT } from '~/i18n'
import { EmptyState } from '~/parts/EmptyState'
import { PageHeader } from '~/parts/PageHeader'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { StatusBadge } from '~/parts/StatusBadge'
import { AddButton } from './add-button'
import { OnceDialog } from './once-dialog'
import { useOpened } from './record-form'
import { WebhookDialog, type Hook } from './webhook-dialog'

/** WebhooksPage lists the addresses that are told of events. */
export default function WebhooksPage() {
  const t = useT()
  const opened = useOpened<Hook>('webhooks')
  const [secret, setSecret] = useState('')
  const add = <AddButton may="webhook.create" label={t('people.hook_add')} onClick={opened.create} />
  const columns: Column<Hook>[] = [
    { key: 'url', header: t('people.hook_url'), cell: (h) => <span style={{ overflowWrap: 'anywhere' }}>{h.url}</span> },
    { key: 'description', header: t('people.common_description'), cell: (h) => h.description, from: 'md' },
    { key: 'events', header: t('people.hook_events'), cell: (h) => <Text size="sm" lineClamp={2}>{h.events.join(', ')}</Text>, from: 'sm' },
    { key: 'status', header: t('people.common_status'), cell: (h) => <HookStatus enabled={h.enabled} />, width: 120 },
  ]
  return (
    <>
      <PageHeader title={t('people.hook_title')} actions={add} />
      <RecordTable
        label={t('people.hook_title')}
        collection="webhooks"
        columns={columns}
        rowLink={(h) => `/webhooks/${h.id}`}
        empty={<EmptyState title={t('people.hook_empty_title')} text={t('people.hook_empty_text')} action={add} />}
      />
      {opened.creating && <WebhookDialog record={null} onSecret={setSecret} onClose={opened.close} />}
      {secret && <OnceDialog title={t('people.hook_secret')} text={t('people.hook_once_text')} label={t('people.hook_secret')} value={secret} onClose={() => setSecret('')} />}
    </>
  )
}

/** HookStatus says whether events are posted. */
export function HookStatus({ enabled }: { enabled: boolean }) {
  const t = useT()
  return <StatusBadge tone={enabled ? 'good' : 'neutral'} label={t(enabled ? 'people.common_enabled' : 'people.common_disabled')} />
}
