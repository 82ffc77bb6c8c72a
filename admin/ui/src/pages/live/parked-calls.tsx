import { Button, Text } from '@mantine/core'
import { PhoneOff } from 'lucide-react'
import { useState } from 'react'
import { useAction } from '~/api/records'
import type { Row } from '~/api/types'
import { useLive } from '~/app/live'
import { useMay } from '~/app/session'
import { LiveLost } from '~/app/shell'
import { useT } from '~/i18n'
import { ConfirmDialog } from '~/parts/ConfirmDialog'
import { EmptyState } from '~/parts/EmptyState'
import { PageHeader } from '~/parts/PageHeader'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { Countdown, Elapsed } from './elapsed'
import { Party } from './party'
import { State } from './states'

type Parked = Row<'parked_calls'>

/** ParkedCalls are the calls that wait in a slot now. */
export default function ParkedCalls() {
  const t = useT()
  const may = useMay()
  const { lost } = useLive()
  const [ending, setEnding] = useState<Parked | null>(null)
  const act = useAction(['parked_calls', 'active_calls'])
  const columns: Column<Parked>[] = [
    { key: 'slot', header: t('live.slot'), width: 80, cell: (p) => <Text fw={700}>{p.slot}</Text> },
    { key: 'caller', header: t('live.who_waits'), cell: (p) => <Party number={p.caller} name={p.caller_name} /> },
    { key: 'by', header: t('live.parked_by'), cell: (p) => (p.parked_by_extension || p.parked_by_name ? <Party number={p.parked_by_extension} name={p.parked_by_name} /> : '') },
    { key: 'since', header: t('live.since'), width: 90, cell: (p) => <Elapsed since={p.parked_at} /> },
    { key: 'back', header: t('live.rings_back_in'), width: 120, cell: (p) => (p.status === 'parked' ? <Countdown to={p.rings_back_at} /> : '') },
    { key: 'status', header: t('live.state'), from: 'xs', cell: (p) => <State family="park" value={p.status} /> },
  ]
  return (
    <>
      <PageHeader title={t('live.parked_calls')} text={t('live.parked_calls_text')} />
      <LiveLost lost={lost} />
      <RecordTable<Parked>
        label={t('live.parked_calls')}
        collection="parked_calls"
        columns={columns}
        rowKey={(p) => String(p.slot)}
        empty={<EmptyState title={t('live.no_parked_calls')} text={t('live.no_parked_calls_text')} />}
        actions={
          may('parked_call.delete')
            ? (p) => (
                <Button size="compact-sm" variant="light" color="red" leftSection={<PhoneOff size={14} aria-hidden />} onClick={() => setEnding(p)}>
                  {t('live.hang_up')}
                </Button>
              )
            : undefined
        }
      />
      <ConfirmDialog
        opened={ending !== null}
        title={t('live.hang_up_title')}
        confirm={t('live.hang_up')}
        danger
        onConfirm={async () => {
          await act.mutateAsync({ path: `parked_calls/${ending!.slot}`, method: 'DELETE' })
          setEnding(null)
        }}
        onClose={() => setEnding(null)}
      >
        {ending && t('live.hang_up_parked', { who: ending.caller_name || ending.caller || t('live.withheld'), slot: ending.slot })}
      </ConfirmDialog>
    </>
  )
}
