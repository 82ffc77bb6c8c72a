import { Button, Loader } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { problemOf } from '~/api/problem'
import { useRecord, useRemove } from '~/api/records'
import { useGo } from '~/app/account'
import { useLive } from '~/app/live'
import { useMay } from '~/app/session'
import { LiveLost } from '~/app/shell'
import { useT } from '~/i18n'
import { DeleteDialog } from '~/parts/ConfirmDialog'
import { PageHeader } from '~/parts/PageHeader'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { TabbedPage } from '~/parts/TabbedPage'
import './live.css'
import { QueueDecisions } from './queue-decisions'
import { QueueFloor } from './queue-floor'
import { useQueueEvents } from './queue-live'
import { QueueSettings } from './queue-settings'
import { QueueStatistics } from './queue-statistics'

/** Queue is one call queue: who waits and who answers, its figures, its decisions and its settings. */
export default function Queue() {
  const t = useT()
  const may = useMay()
  const go = useGo()
  const { lost } = useLive()
  const { id = '' } = useParams({ strict: false }) as { id?: string }
  const { data: queue, error, isPending } = useRecord('call_queues', id)
  const remove = useRemove('call_queues')
  const [deleting, setDeleting] = useState(false)
  useQueueEvents()
  const trail = [{ to: '/call_queues', label: t('live.queues') }]
  if (isPending) return <Loader />
  if (!queue) {
    return (
      <>
        <PageHeader title={t('live.queue')} trail={trail} />
        <ProblemAlert problem={problemOf(error)} />
      </>
    )
  }
  return (
    <>
      <PageHeader
        title={queue.name}
        trail={trail}
        actions={
          may('call_queue.delete') && (
            <Button variant="light" color="red" onClick={() => setDeleting(true)}>
              {t('shell.delete')}
            </Button>
          )
        }
      />
      <LiveLost lost={lost} />
      <TabbedPage
        label={queue.name}
        tabs={[
          { key: 'live', label: t('live.now'), content: <QueueFloor id={id} /> },
          { key: 'statistics', label: t('live.statistics'), content: <QueueStatistics id={id} />, shown: may('call_queue.read_statistics') },
          { key: 'decisions', label: t('live.decisions'), content: <QueueDecisions id={id} />, shown: may('call.list') },
          { key: 'settings', label: t('live.settings'), content: <QueueSettings queue={queue} />, keep: true },
        ]}
      />
      <DeleteDialog
        name={deleting ? queue.name : null}
        onDelete={async () => {
          await remove.mutateAsync(queue)
          void go('/call_queues')
        }}
        onClose={() => setDeleting(false)}
      >
        {t('live.delete_queue_text')}
      </DeleteDialog>
    </>
  )
}
