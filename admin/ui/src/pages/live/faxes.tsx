import { Button, Card, Group, Progress, SimpleGrid, Text } from '@mantine/core'
import { Send } from 'lucide-react'
import { useState } from 'react'
import { useRead } from '~/api/records'
import type { Row, Shown } from '~/api/types'
import { useLive } from '~/app/live'
import { LiveLost } from '~/app/shell'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { EmptyState } from '~/parts/EmptyState'
import { May } from '~/parts/May'
import { PageHeader } from '~/parts/PageHeader'
import { Phone } from '~/parts/Phone'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { StatusBadge } from '~/parts/StatusBadge'
import { Time } from '~/parts/Time'
import { dateFilter, referenceFilter, selectFilter, textFilter } from '~/parts/filter'
import { Countdown } from './elapsed'
import { FaxDialog } from './fax-dialog'
import { RecordName } from './record-name'
import { choices, State, word } from './states'

export type Fax = Row<'faxes'> & {
  /** When somebody read it; absent while nobody has. */
  read_at?: string
}

/** Whether a fax came and nobody has read it. */
export const unread = (f: Fax) => f.direction === 'inbound' && f.tiff_size > 0 && !f.document_deleted && !f.read_at

const states = ['receiving', 'received', 'queued', 'dialing', 'sending', 'delivered', 'partial', 'failed', 'canceled'] as const

/** Faxes are those that came and those that go. */
export default function Faxes() {
  const t = useT()
  const { lost } = useLive()
  const [sending, setSending] = useState(false)
  const columns: Column<Fax>[] = [
    { key: 'time', header: t('live.time'), width: 190, filter: dateFilter(), cell: (f) => <Time at={f.created_at} /> },
    { key: 'direction', header: t('live.direction'), width: 130, from: 'xs', filter: selectFilter('direction', choices('fax_direction', ['inbound', 'outbound'])), cell: (f) => word('fax_direction', f.direction) },
    { key: 'other', header: t('live.other_side'), filter: textFilter('number', '+13125550100'), cell: (f) => <OtherSide fax={f} /> },
    { key: 'status', header: t('live.state'), filter: selectFilter('status', choices('fax', states)), cell: (f) => <FaxState fax={f} /> },
    { key: 'pages', header: t('live.pages'), width: 130, cell: (f) => <PageProgress fax={f} /> },
    { key: 'own', header: t('live.own_number'), from: 'md', cell: (f) => <Phone number={f.direction === 'inbound' ? f.to : f.from} /> },
    { key: 'user', header: t('live.sent_by'), from: 'lg', filter: referenceFilter('user', 'users'), cell: (f) => <RecordName collection="users" id={f.user} /> },
  ]
  const send = (
    <May do="fax.create">
      <Button leftSection={<Send size={16} aria-hidden />} onClick={() => setSending(true)}>
        {t('live.send_fax')}
      </Button>
    </May>
  )
  return (
    <>
      <PageHeader title={t('live.faxes')} text={t('live.faxes_text')} actions={send} />
      <LiveLost lost={lost} />
      <Limits />
      <RecordTable<Fax>
        label={t('live.faxes')}
        collection="faxes"
        columns={columns}
        rowLink={(f) => `/faxes/${f.id}`}
        empty={<EmptyState title={t('live.no_faxes')} text={t('live.no_faxes_text')} action={send} />}
      />
      {sending && <FaxDialog onClose={() => setSending(false)} />}
    </>
  )
}

function OtherSide({ fax }: { fax: Fax }) {
  const t = useT()
  return (
    <Text inherit fw={unread(fax) ? 700 : undefined}>
      <Phone number={fax.direction === 'inbound' ? fax.from : fax.to} /> {unread(fax) && <StatusBadge tone="busy" label={t('live.unread')} />}
    </Text>
  )
}

/** FaxState is a fax's state with the reason it is not well, or waits. */
export function FaxState({ fax }: { fax: Fax }) {
  return (
    <>
      <State family="fax" value={fax.status} reason={fax.detail || word('fax_reason', fax.reason)} />
      {fax.reason && (
        <Text size="xs" c="dimmed">
          {word('fax_reason', fax.reason)}
        </Text>
      )}
    </>
  )
}

/** PageProgress is how many pages were confirmed. */
export function PageProgress({ fax }: { fax: Fax }) {
  const t = useT()
  const going = fax.status === 'sending' || fax.status === 'receiving'
  const total = Math.max(fax.source_pages, fax.pages)
  return (
    <>
      {fax.direction === 'inbound' || fax.pages === total ? total : t('live.of', { count: fax.pages, all: total })}
      {going && <Progress size="sm" mt={4} animated value={total > 0 ? Math.max((100 * fax.pages) / total, 5) : 5} aria-label={t('live.pages')} />}
    </>
  )
}

/** Limits are how many faxes may still come and go within the hour, where that is bounded. */
function Limits() {
  const t = useT()
  const may = useMay()
  const { data } = useRead<Shown<'FaxLimits'>>('fax_limits', {}, { enabled: may('fax_limit.read'), refetchInterval: 30_000 })
  if (!data || (data.inbound.limit === null && data.outbound.limit === null)) return null
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} mb="md">
      <Limit label={t('live.limit_inbound')} use={data.inbound} />
      <Limit label={t('live.limit_outbound')} use={data.outbound} />
    </SimpleGrid>
  )
}

type Use = Shown<'FaxLimits'>['inbound']

function Limit({ label, use }: { label: string; use: Use }) {
  const t = useT()
  const limit = use.limit ?? null
  if (limit === null) return null
  const share = limit > 0 ? Math.min((100 * use.used) / limit, 100) : 100
  return (
    <Card withBorder padding="sm">
      <Group justify="space-between">
        <Text size="sm" fw={500}>
          {label}
        </Text>
        <Text size="sm">{limit === 0 ? t('live.limit_none') : t('live.used_of', { used: use.used, limit })}</Text>
      </Group>
      <Progress value={share} color={share >= 100 ? 'red' : share >= 80 ? 'orange' : undefined} mt={6} aria-label={label} />
      {use.next_free_at && (
        <Text size="xs" c="dimmed" mt={4}>
          {t('live.next_free_in')} <Countdown to={use.next_free_at} />
        </Text>
      )}
    </Card>
  )
}
