import { Anchor, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { send } from '~/api/client'
import { Problem } from '~/api/problem'
import { recordKey, usePath } from '~/api/records'
import { PageLink } from '~/app/account'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { formatPhone } from '~/parts/Phone'
import { nameOfRecord } from '~/parts/ReferencePicker'

/** Pages of the records that lists refer to, and the operation that reads one. */
const kinds = {
  users: { page: '/users', read: 'user.read' },
  devices: { page: '/devices', read: 'device.read' },
  provider_accounts: { page: '/provider_accounts', read: 'provider_account.read' },
  numbers: { page: '/numbers', read: 'number.read' },
  call_queues: { page: '/call_queues', read: 'call_queue.read' },
  locations: { page: '/settings?tab=locations', read: 'location.read' },
} as const

interface Props {
  collection: keyof typeof kinds
  id: string | null | undefined
  /** Link to the record's page. */
  link?: boolean
}

// A name seldom changes, and the events tell when one does.
const fresh = 60_000

/** useRecordName is what a record is called: '' while it is read, null when it is gone. */
export function useRecordName(collection: keyof typeof kinds, id: string | null | undefined): string | null {
  const path = usePath(collection)
  const may = useMay()
  const { data, error } = useQuery({
    queryKey: recordKey(path, id ?? ''),
    queryFn: ({ signal }) => send<Record<string, unknown>>('GET', `${path}/${id}`, { signal }),
    enabled: Boolean(id) && may(kinds[collection].read),
    staleTime: fresh,
  })
  if (data) return formatPhone(nameOfRecord(data))
  return error instanceof Problem && error.status === 404 ? null : ''
}

/** RecordName is a reference by its name. */
export function RecordName({ collection, id, link = false }: Props) {
  const t = useT()
  const name = useRecordName(collection, id)
  if (!id) return null
  if (name === null) {
    return (
      <Text span inherit c="dimmed" title={id}>
        {t('live.gone')}
      </Text>
    )
  }
  if (!link) return name
  const { page } = kinds[collection]
  return (
    <Anchor inherit component={PageLink} to={page.includes('?') ? page : `${page}/${id}`}>
      {name || '…'}
    </Anchor>
  )
}
