import { useState } from 'react'
import { useRemove } from '~/api/records'
import { useT } from '~/i18n'
import { ConfirmDialog } from '~/parts/ConfirmDialog'
import { EmptyState } from '~/parts/EmptyState'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { referenceFilter } from '~/parts/filter'
import { AddButton } from './add-button'
import { AttachmentDialog, nameOfUse, type Attachment } from './attachment-dialog'
import type { useOpened } from './record-form'
import { RowMenu } from './row-menu'
import { RecordName, useRecordName } from './target-name'

interface Props {
  opened: ReturnType<typeof useOpened<Attachment>>
}

/** AttachmentTable lists which lists may be used in which domains. */
export function AttachmentTable({ opened }: Props) {
  const t = useT()
  const [removing, setRemoving] = useState<Attachment | null>(null)
  const columns: Column<Attachment>[] = [
    {
      key: 'list',
      header: t('people.attachment_list'),
      cell: (a) => <RecordName collection="credential_lists" id={a.credential_list} page={`/credential_lists/${a.credential_list}`} />,
      filter: referenceFilter('credential_list', 'credential_lists'),
    },
    {
      key: 'domain',
      header: t('people.attachment_domain'),
      cell: (a) => <RecordName collection="sip_domains" id={a.domain} page={`/sip_domains?open=${a.domain}`} />,
      filter: referenceFilter('domain', 'sip_domains'),
    },
    { key: 'use', header: t('people.attachment_use'), cell: (a) => nameOfUse(a.use), from: 'xs' },
  ]
  return (
    <>
      <RecordTable
        label={t('people.attachment_title')}
        collection="credential_attachments"
        columns={columns}
        onRow={opened.open}
        actions={(a) => (
          <RowMenu
            name={t('people.attachment_edit')}
            actions={[
              { label: t('shell.edit'), may: 'credential_attachment.update', run: () => opened.open(a) },
              { label: t('people.attachment_detach'), danger: true, may: 'credential_attachment.delete', run: () => setRemoving(a) },
            ]}
          />
        )}
        empty={
          <EmptyState
            title={t('people.attachment_empty_title')}
            text={t('people.attachment_empty_text')}
            action={<AddButton may="credential_attachment.create" label={t('people.attachment_add')} onClick={opened.create} />}
          />
        }
      />
      {(opened.creating || opened.record) && <AttachmentDialog key={opened.record?.id ?? 'new'} record={opened.record} onClose={opened.close} />}
      {removing && <Detach attachment={removing} onClose={() => setRemoving(null)} />}
    </>
  )
}

function Detach({ attachment, onClose }: { attachment: Attachment; onClose: () => void }) {
  const t = useT()
  const remove = useRemove('credential_attachments')
  const list = useRecordName('credential_lists', attachment.credential_list)
  const domain = useRecordName('sip_domains', attachment.domain)
  return (
    <ConfirmDialog
      opened
      title={t('people.attachment_delete_title', { list, domain })}
      confirm={t('people.attachment_detach')}
      danger
      onConfirm={async () => {
        await remove.mutateAsync(attachment)
        onClose()
      }}
      onClose={onClose}
    >
      {t('people.attachment_delete_text')}
    </ConfirmDialog>
  )
}
