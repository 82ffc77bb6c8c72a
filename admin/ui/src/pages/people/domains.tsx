import { useT } from '~/i18n'
import { PageHeader } from '~/parts/PageHeader'
import { AddButton } from './add-button'
import type { Domain } from './domain-dialog'
import { DomainTable } from './domain-table'
import { useOpened } from './record-form'

/** DomainsPage lists the domains phones register with. */
export default function DomainsPage() {
  const t = useT()
  const opened = useOpened<Domain>('sip_domains')
  return (
    <>
      <PageHeader title={t('people.domain_title')} actions={<AddButton may="sip_domain.create" label={t('people.domain_add')} onClick={opened.create} />} />
      <DomainTable opened={opened} />
    </>
  )
}
