import { useT } from '~/i18n'
import { PageHeader } from '~/parts/PageHeader'
import { AddButton } from './add-button'
import { ListTable, type CredentialList } from './list-table'
import { useOpened } from './record-form'

/** ListsPage lists the credential lists. */
export default function ListsPage() {
  const t = useT()
  const opened = useOpened<CredentialList>('credential_lists')
  return (
    <>
      <PageHeader
        title={t('people.list_title')}
        text={t('people.list_limits', { lists: 100, credentials: 1000 })}
        actions={<AddButton may="credential_list.create" label={t('people.list_add')} onClick={opened.create} />}
      />
      <ListTable opened={opened} />
    </>
  )
}
