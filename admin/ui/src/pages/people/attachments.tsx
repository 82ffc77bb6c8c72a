import { useT } from '~/i18n'
import { PageHeader } from '~/parts/PageHeader'
import { AddButton } from './add-button'
import type { Attachment } from './attachment-dialog'
import { AttachmentTable } from './attachment-table'
import { useOpened } from './record-form'

/** AttachmentsPage lists which credential lists may be used in which domains. */
export default function AttachmentsPage() {
  const t = useT()
  const opened = useOpened<Attachment>('credential_attachments')
  return (
    <>
      <PageHeader
        title={t('people.attachment_title')}
        actions={<AddButton may="credential_attachment.create" label={t('people.attachment_add')} onClick={opened.create} />}
      />
      <AttachmentTable opened={opened} />
    </>
  )
}
