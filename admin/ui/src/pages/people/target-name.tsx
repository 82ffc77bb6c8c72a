import { Anchor, Text } from '@mantine/core'
import { useAll, useRecord } from '~/api/records'
import { PageLink } from '~/app/account'
import { tMaybe, useT } from '~/i18n'
import { nameOfRecord } from '~/parts/ReferencePicker'
import type { Target } from '~/parts/TargetPicker'
import { Phone } from '~/parts/Phone'

interface Place {
  collection: string
  page: (id: string) => string
}

const places: Record<string, Place> = {
  user: { collection: 'users', page: (id) => `/users/${id}` },
  ring_group: { collection: 'ring_groups', page: (id) => `/ring_groups?open=${id}` },
  call_queue: { collection: 'call_queues', page: (id) => `/call_queues/${id}` },
  device_line: { collection: 'devices', page: (id) => `/devices/${id}` },
  fax: { collection: 'numbers', page: (id) => `/numbers?open=${id}` },
}

/** TargetName says where a target leads, with a link to it. */
export function TargetName({ target, none }: { target: Target | null; none?: string }) {
  const t = useT()
  if (!target) return <Text span inherit c="dimmed">{none ?? t('shell.target_none')}</Text>
  const kind = tMaybe(`shell.target_${target.type}`) ?? target.type
  if (target.type === 'external') return <Phone number={target.number} />
  if (target.type === 'park') return `${kind} ${target.first}–${target.last}`
  const place = places[target.type]
  if (!place || !target.id) return kind
  return (
    <>
      <RecordName collection={place.collection} id={target.id} page={place.page(target.id)} />{' '}
      <Text span size="xs" c="dimmed">
        {kind}
        {target.line ? ` ${target.line}` : ''}
      </Text>
    </>
  )
}

interface NameProps {
  collection: string
  id: string | null | undefined
  page: string
}

/** RecordName is the name of a record that another one refers to, with a link. */
export function RecordName({ collection, id, page }: NameProps) {
  const name = useRecordName(collection, id)
  if (!id) return null
  return (
    <Anchor component={PageLink} to={page} inherit>
      {name || '…'}
    </Anchor>
  )
}

type Named = Record<string, unknown> & { id: string }

/**
 * useRecordName is what people call a record, '' while it is not known. It looks into the
 * collection as a whole, so that a list of references is one question and not many.
 */
export function useRecordName(collection: string, id: string | null | undefined): string {
  const all = useAll<string, Named>(collection, {}, { enabled: Boolean(id) })
  const listed = all.data?.find((r) => r.id === id)
  const one = useRecord<string, Named>(collection, all.isSuccess && !listed ? id : null)
  const record = listed ?? one.data
  return record ? nameOfRecord(record) : ''
}
