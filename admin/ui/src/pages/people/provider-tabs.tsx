import { Anchor, Stack, Text } from '@mantine/core'
import { useAll, useRead } from '~/api/records'
import type { Shown } from '~/api/types'
import { PageLink } from '~/app/account'
import { useT } from '~/i18n'
import { nameOfRecord } from '~/parts/ReferencePicker'
import { SecretField } from '~/parts/SecretField'
import { StatusBadge } from '~/parts/StatusBadge'
import { AttachedDomains } from './attached'
import { nameOfUse } from './attachment-dialog'
import { useLinkedAttachments, useLinkedDevices } from './linked'
import { LinkedTable } from './linked-table'
import type { Provider } from './provider-record'
import { RecordName, TargetName, useRecordName } from './target-name'

interface Props {
  provider: Provider
}

/** ListsTab names the credential lists attached to the provider account's domains. */
export function ListsTab({ provider }: Props) {
  const t = useT()
  const { pending, rows } = useLinkedAttachments(provider.id)
  const lists = useAll('credential_lists')
  const own = new Set(rows.map((a) => a.credential_list))
  return (
    <LinkedTable
      label={t('people.list_title')}
      pending={pending || lists.isPending}
      rows={lists.data?.filter((l) => own.has(l.id)) ?? []}
      to={(l) => `/credential_lists/${l.id}`}
      columns={[
        { header: t('people.common_name'), cell: (l) => l.name },
        { header: t('people.list_attached'), cell: (l) => <AttachedDomains list={l.id} /> },
      ]}
      empty={t('people.provider_lists_none')}
    />
  )
}

/** AttachmentsTab shows which lists may be used in the provider account's domains. */
export function AttachmentsTab({ provider }: Props) {
  const t = useT()
  const { pending, rows } = useLinkedAttachments(provider.id)
  return (
    <LinkedTable
      label={t('people.attachment_title')}
      pending={pending}
      rows={rows}
      to={(a) => `/credential_attachments?open=${a.id}`}
      columns={[
        { header: t('people.attachment_list'), cell: (a) => <PlainName collection="credential_lists" id={a.credential_list} /> },
        { header: t('people.attachment_domain'), cell: (a) => <RecordName collection="sip_domains" id={a.domain} page={`/sip_domains?open=${a.domain}`} /> },
        { header: t('people.attachment_use'), cell: (a) => nameOfUse(a.use) },
      ]}
      empty={t('people.provider_lists_none')}
    />
  )
}

function PlainName({ collection, id }: { collection: string; id: string | null }) {
  return useRecordName(collection, id) || '…'
}

/** UsersTab names the users on a line in one of the provider account's domains. */
export function UsersTab({ provider }: Props) {
  const t = useT()
  const { pending, users } = useLinkedDevices(provider.id)
  const all = useAll('users')
  return (
    <LinkedTable
      label={t('people.user_title')}
      pending={pending || all.isPending}
      rows={all.data?.filter((u) => users.has(u.id)) ?? []}
      to={(u) => `/users/${u.id}`}
      columns={[
        { header: t('people.common_name'), cell: (u) => u.name },
        { header: t('shell.email'), cell: (u) => u.email },
      ]}
      empty={t('people.provider_users_none')}
    />
  )
}

/** ExtensionsTab lists the extensions that lead to those users. */
export function ExtensionsTab({ provider }: Props) {
  const t = useT()
  const { pending, users, rows: devices } = useLinkedDevices(provider.id)
  const all = useAll('extensions')
  const own = new Set([...users, ...devices.map((d) => d.id)])
  return (
    <LinkedTable
      label={t('people.extension_title')}
      pending={pending || all.isPending}
      rows={all.data?.filter((e) => own.has(e.target.id ?? '')) ?? []}
      to={(e) => `/extensions?open=${e.id}`}
      columns={[
        { header: t('people.extension_number'), cell: (e) => e.number },
        { header: t('people.extension_target'), cell: (e) => <TargetName target={e.target} /> },
      ]}
      empty={t('people.provider_users_none')}
    />
  )
}

/** PhonesTab lists the devices with a line in one of the provider account's domains. */
export function PhonesTab({ provider }: Props) {
  const t = useT()
  const { pending, rows } = useLinkedDevices(provider.id)
  return (
    <LinkedTable
      label={t('people.provider_tab_phones')}
      pending={pending}
      rows={rows}
      to={(d) => `/devices/${d.id}`}
      columns={[
        { header: t('people.phones_device'), cell: (d) => nameOfRecord(d) },
        { header: t('people.phones_model'), cell: (d) => [d.vendor, d.model].filter(Boolean).join(' ') },
        { header: t('people.common_status'), cell: (d) => <Registered status={d.registration_status} /> },
      ]}
      empty={t('people.provider_phones_none')}
    />
  )
}

function Registered({ status }: { status: string }) {
  const t = useT()
  const yes = status === 'registered'
  return <StatusBadge tone={yes ? 'good' : 'neutral'} label={t(yes ? 'people.phones_registered' : 'people.phones_unregistered')} />
}

/** QueuesTab lists the call queues one of those users is a member of. */
export function QueuesTab({ provider }: Props) {
  const t = useT()
  const { pending, users } = useLinkedDevices(provider.id)
  const all = useAll('call_queues')
  return (
    <LinkedTable
      label={t('people.provider_tab_queues')}
      pending={pending || all.isPending}
      rows={all.data?.filter((q) => q.members.some((m) => users.has(m.user ?? ''))) ?? []}
      to={(q) => `/call_queues/${q.id}`}
      columns={[
        { header: t('people.common_name'), cell: (q) => q.name },
        { header: t('people.group_members'), cell: (q) => t('people.group_members_count', { count: q.members.length }) },
      ]}
      empty={t('people.provider_queues_none')}
    />
  )
}

/** ProvisionTab shows where the phones boot from. */
export function ProvisionTab() {
  const t = useT()
  const provisioning = useRead<Shown<'Provisioning'>>('provisioning')
  const { url, old_url_count: old, generated } = provisioning.data ?? {}
  if (!provisioning.isSuccess) return null
  return (
    <Stack maw={640}>
      {generated ? <SecretField label={t('people.provision_url')} value={url} /> : <Text>{t('people.provision_none')}</Text>}
      {Boolean(old) && (
        <Text size="sm">
          {t('people.provision_old')}: {old}
        </Text>
      )}
      <Anchor component={PageLink} to="/settings?tab=devices">
        {t('people.provision_settings')}
      </Anchor>
    </Stack>
  )
}
