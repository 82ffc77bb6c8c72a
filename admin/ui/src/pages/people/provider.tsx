import { Group } from '@mantine/core'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { problemOf } from '~/api/problem'
import { useRecord, useRemove } from '~/api/records'
import { usePagePath } from '~/app/account'
import { useLive } from '~/app/live'
import { ProblemPage } from '~/app/problem'
import { LiveLost } from '~/app/shell'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { DeleteDialog } from '~/parts/ConfirmDialog'
import { PageHeader } from '~/parts/PageHeader'
import { TabbedPage } from '~/parts/TabbedPage'
import { AddButton } from './add-button'
import type { Domain } from './domain-dialog'
import { DomainTable } from './domain-table'
import { Loading } from './loading'
import { ProviderGeneral } from './provider-general'
import { carrierName, type Provider } from './provider-record'
import { AttachmentsTab, ExtensionsTab, ListsTab, PhonesTab, ProvisionTab, QueuesTab, UsersTab } from './provider-tabs'
import { useOpened } from './record-form'
import { RowMenu } from './row-menu'
import { TrunkForm } from './trunk-form'
import { TrunkStatus } from './trunk-status'

/** ProviderPage is one provider account with what of the account belongs to it. */
export default function ProviderPage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string }
  const provider = useRecord('provider_accounts', id, { refetchInterval: 30_000 })
  if (provider.isPending) return <Loading />
  if (!provider.data) return <ProblemPage problem={problemOf(provider.error)} />
  return <Page provider={provider.data} />
}

function Page({ provider }: { provider: Provider }) {
  const t = useT()
  const may = useMay()
  const { lost } = useLive()
  const navigate = useNavigate()
  const page = usePagePath()
  const remove = useRemove('provider_accounts')
  const [removing, setRemoving] = useState(false)
  return (
    <>
      <PageHeader
        title={provider.name}
        text={carrierName(provider.provider)}
        trail={[{ to: '/provider_accounts', label: t('people.provider_title') }]}
        badges={<TrunkStatus provider={provider} detailed />}
        actions={
          <Group>
            <RowMenu name={provider.name} actions={[{ label: t('shell.delete'), danger: true, may: 'provider_account.delete', run: () => setRemoving(true) }]} />
          </Group>
        }
      />
      <LiveLost lost={lost} />
      <TabbedPage
        label={provider.name}
        tabs={[
          { key: 'domains', label: t('people.provider_tab_domains'), content: <Domains provider={provider} /> },
          { key: 'credential_lists', label: t('people.provider_tab_lists'), content: <ListsTab provider={provider} /> },
          { key: 'credential_attachments', label: t('people.provider_tab_attachments'), content: <AttachmentsTab provider={provider} /> },
          { key: 'users', label: t('people.provider_tab_users'), content: <UsersTab provider={provider} /> },
          { key: 'extensions', label: t('people.provider_tab_extensions'), content: <ExtensionsTab provider={provider} /> },
          { key: 'provisioning', label: t('people.provider_tab_provisioning'), content: <ProvisionTab />, shown: may('provisioning.read') },
          { key: 'phones', label: t('people.provider_tab_phones'), content: <PhonesTab provider={provider} /> },
          { key: 'call_queues', label: t('people.provider_tab_queues'), content: <QueuesTab provider={provider} /> },
          { key: 'trunk', label: t('people.provider_tab_trunk'), content: <TrunkForm provider={provider} />, keep: true },
          { key: 'account', label: t('people.provider_tab_account'), content: <ProviderGeneral provider={provider} />, keep: true },
        ]}
      />
      <DeleteDialog
        name={removing ? provider.name : null}
        onDelete={async () => {
          await remove.mutateAsync(provider)
          void navigate({ to: page('/provider_accounts'), replace: true } as Parameters<typeof navigate>[0])
        }}
        onClose={() => setRemoving(false)}
      >
        {t('people.provider_delete_text')}
      </DeleteDialog>
    </>
  )
}

function Domains({ provider }: { provider: Provider }) {
  const t = useT()
  const opened = useOpened<Domain>('sip_domains')
  return (
    <>
      <Group justify="flex-end" mb="xs">
        <AddButton may="sip_domain.create" label={t('people.domain_add')} onClick={opened.create} />
      </Group>
      <DomainTable provider={provider.id} opened={opened} />
    </>
  )
}
