import { Anchor, Group, Text } from '@mantine/core'
import { useAll } from '~/api/records'
import { PageLink } from '~/app/account'
import { useT } from '~/i18n'
import { useRecordName } from './target-name'

/** useAttachments are all of the account, read once for every row. */
export const useAttachments = () => useAll('credential_attachments')

/** AttachedLists names the credential lists attached to a domain. */
export function AttachedLists({ domain }: { domain: string }) {
  const t = useT()
  const all = useAttachments()
  const lists = all.data?.filter((a) => a.domain === domain) ?? []
  if (all.isSuccess && lists.length === 0) {
    return (
      <Text inherit c="red">
        {t('people.domain_attachments_none')}
      </Text>
    )
  }
  return (
    <Group gap="xs">
      {lists.map((a) => (
        <Named key={a.id} collection="credential_lists" id={a.credential_list} page={`/credential_lists/${a.credential_list}`} />
      ))}
    </Group>
  )
}

/** AttachedDomains names the domains a credential list is attached to. */
export function AttachedDomains({ list }: { list: string }) {
  const t = useT()
  const all = useAttachments()
  const domains = all.data?.filter((a) => a.credential_list === list) ?? []
  if (all.isSuccess && domains.length === 0) {
    return (
      <Text inherit c="red">
        {t('people.list_attached_none')}
      </Text>
    )
  }
  return (
    <Group gap="xs">
      {domains.map((a) => (
        <Named key={a.id} collection="sip_domains" id={a.domain} page={`/sip_domains?open=${a.domain}`} />
      ))}
    </Group>
  )
}

function Named({ collection, id, page }: { collection: string; id: string | null; page: string }) {
  const name = useRecordName(collection, id)
  return (
    <Anchor component={PageLink} to={page} inherit>
      {name || '…'}
    </Anchor>
  )
}
