import { Button, Text } from '@mantine/core'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { Row } from '~/api/types'
import { useLive } from '~/app/live'
import { LiveLost } from '~/app/shell'
import { useT } from '~/i18n'
import { EmptyState } from '~/parts/EmptyState'
import { May } from '~/parts/May'
import { PageHeader } from '~/parts/PageHeader'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { Elapsed } from './elapsed'
import { CreateQueue } from './queue-create'
import { onDuty, useQueueEvents, useQueueState } from './queue-live'
import { word } from './states'

type Queue = Row<'call_queues'>

/** Queues are the call queues with what goes on in each. */
export default function Queues() {
  const t = useT()
  const { lost } = useLive()
  const [creating, setCreating] = useState(false)
  useQueueEvents()
  const columns: Column<Queue>[] = [
    { key: 'name', header: t('live.name'), cell: (q) => q.name },
    { key: 'waiting', header: t('live.waiting'), width: 100, cell: (q) => <Waiting id={q.id} /> },
    { key: 'longest', header: t('live.longest_wait'), width: 120, from: 'xs', cell: (q) => <Longest id={q.id} /> },
    { key: 'agents', header: t('live.agents_on_duty'), width: 140, cell: (q) => <Duty id={q.id} /> },
    { key: 'strategy', header: t('live.strategy'), from: 'sm', cell: (q) => word('strategy', q.strategy) },
  ]
  const add = (
    <May do="call_queue.create">
      <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setCreating(true)}>
        {t('live.new_queue')}
      </Button>
    </May>
  )
  return (
    <>
      <PageHeader title={t('live.queues')} text={t('live.queues_text')} actions={add} />
      <LiveLost lost={lost} />
      <RecordTable<Queue>
        label={t('live.queues')}
        collection="call_queues"
        columns={columns}
        rowLink={(q) => `/call_queues/${q.id}`}
        empty={<EmptyState title={t('live.no_queues')} text={t('live.no_queues_text')} action={add} />}
      />
      {creating && <CreateQueue onClose={() => setCreating(false)} />}
    </>
  )
}

function Waiting({ id }: { id: string }) {
  const { data } = useQueueState(id)
  return <Text fw={data && data.waiting > 0 ? 700 : 400}>{data?.waiting ?? ''}</Text>
}

function Longest({ id }: { id: string }) {
  const { data } = useQueueState(id)
  const first = data?.callers.map((c) => c.joined_at).sort()[0]
  return <Elapsed since={first} />
}

function Duty({ id }: { id: string }) {
  const t = useT()
  const { data } = useQueueState(id)
  if (!data) return null
  const ready = onDuty(data.agents).length
  return (
    <Text c={ready === 0 ? 'red' : undefined} inherit>
      {t('live.of', { count: ready, all: data.agents.length })}
    </Text>
  )
}
