import { Badge, Group, Text } from '@mantine/core'
import { useState } from 'react'
import { useRemove } from '~/api/records'
import { useT } from '~/i18n'
import { DeleteDialog } from '~/parts/ConfirmDialog'
import { CopyButton } from '~/parts/CopyButton'
import { EmptyState } from '~/parts/EmptyState'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { Time } from '~/parts/Time'
import { AddButton } from './add-button'
import { AttachedLists } from './attached'
import { AttachmentDialog } from './attachment-dialog'
import { DomainDialog, type Domain } from './domain-dialog'
import { useOpened } from './record-form'
import { RowMenu } from './row-menu'
import { RecordName } from './target-name'

interface Props {
  /** Only the domains of this provider account. */
  provider?: string
  /** Opened is shared with the page's own button. */
  opened: ReturnType<typeof useOpened<Domain>>
}

/** DomainTable lists SIP domains with the credential lists attached to them. */
export function DomainTable({ provider, opened }: Props) {
  const t = useT()
  const [removing, setRemoving] = useState<Domain | null>(null)
  const [attaching, setAttaching] = useState<Domain | null>(null)
  const remove = useRemove('sip_domains')
  const columns: Column<Domain>[] = [
    { key: 'domain', header: t('people.domain_domain'), cell: (d) => <Name domain={d.domain} /> },
    { key: 'lists', header: t('people.domain_attachments'), cell: (d) => <AttachedLists domain={d.id} />, from: 'xs' },
    { key: 'algorithms', header: t('people.domain_algorithms'), cell: (d) => <Algorithms list={d.digest_algorithms} />, from: 'md', width: 170 },
    ...(provider
      ? []
      : [{ key: 'provider', header: t('people.domain_provider'), cell: (d: Domain) => <RecordName collection="provider_accounts" id={d.provider_account} page={`/provider_accounts/${d.provider_account}`} />, from: 'lg' as const }]),
    { key: 'created', header: t('people.common_created'), cell: (d) => <Time at={d.created_at} relative />, from: 'lg', width: 140 },
  ]
  return (
    <>
      <RecordTable
        label={t('people.domain_title')}
        collection="sip_domains"
        query={{ provider_account: provider }}
        columns={columns}
        onRow={opened.open}
        actions={(d) => (
          <RowMenu
            name={d.domain}
            actions={[
              { label: t('people.domain_attach'), may: 'credential_attachment.create', run: () => setAttaching(d) },
              { label: t('shell.edit'), may: 'sip_domain.update', run: () => opened.open(d) },
              { label: t('shell.delete'), danger: true, may: 'sip_domain.delete', run: () => setRemoving(d) },
            ]}
          />
        )}
        empty={
          <EmptyState
            title={t('people.domain_empty_title')}
            text={provider ? t('people.provider_domains_none') : t('people.domain_empty_text')}
            action={<AddButton may="sip_domain.create" label={t('people.domain_add')} onClick={opened.create} />}
          />
        }
      />
      {(opened.creating || opened.record) && (
        <DomainDialog key={opened.record?.id ?? 'new'} record={opened.record} provider={provider} onClose={opened.close} />
      )}
      {attaching && <AttachmentDialog record={null} domain={attaching.id} onClose={() => setAttaching(null)} />}
      <DeleteDialog name={removing?.domain ?? null} onDelete={() => remove.mutateAsync(removing!)} onClose={() => setRemoving(null)}>
        {t('people.domain_delete_text', { name: removing?.domain ?? '' })}
      </DeleteDialog>
    </>
  )
}

function Name({ domain }: { domain: string }) {
  const t = useT()
  return (
    <Group gap={2} wrap="nowrap">
      <Text inherit style={{ overflowWrap: 'anywhere' }}>
        {domain}
      </Text>
      <CopyButton value={domain} label={t('people.domain_domain')} />
    </Group>
  )
}

function Algorithms({ list }: { list: string[] }) {
  return (
    <Group gap={4}>
      {list.map((a) => (
        <Badge key={a} variant="light" color="gray" tt="none">
          {a}
        </Badge>
      ))}
    </Group>
  )
}
