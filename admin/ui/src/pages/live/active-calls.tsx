import { Button, Group, Text } from '@mantine/core'
import { Lock, PhoneOff, Radio } from 'lucide-react'
import { useState } from 'react'
import { useRemove } from '~/api/records'
import type { Row } from '~/api/types'
import { useLive } from '~/app/live'
import { LiveLost } from '~/app/shell'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { ConfirmDialog } from '~/parts/ConfirmDialog'
import { EmptyState } from '~/parts/EmptyState'
import { PageHeader } from '~/parts/PageHeader'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { StatusBadge } from '~/parts/StatusBadge'
import { Elapsed } from './elapsed'
import { Party } from './party'
import { State, word } from './states'

type Call = Row<'active_calls'>

/** ActiveCalls are the calls there are now. */
export default function ActiveCalls() {
  const t = useT()
  const may = useMay()
  const { lost } = useLive()
  const [ending, setEnding] = useState<Call | null>(null)
  const remove = useRemove('active_calls')
  const columns: Column<Call>[] = [
    { key: 'state', header: t('live.state'), width: 110, cell: (c) => <State family="call" value={c.state} /> },
    { key: 'from', header: t('live.from'), cell: (c) => <Party number={c.from} name={c.caller_name} /> },
    { key: 'to', header: t('live.to'), cell: (c) => <Party number={c.to} /> },
    { key: 'since', header: t('live.since'), width: 90, cell: (c) => <Elapsed since={c.answered_at ?? c.started_at} /> },
    { key: 'direction', header: t('live.direction'), from: 'sm', cell: (c) => <Direction call={c} /> },
    { key: 'codec', header: t('live.codec'), from: 'md', cell: (c) => <Media call={c} /> },
  ]
  return (
    <>
      <PageHeader title={t('live.active_calls')} text={t('live.active_calls_text')} />
      <LiveLost lost={lost} />
      <RecordTable<Call>
        label={t('live.active_calls')}
        collection="active_calls"
        columns={columns}
        empty={<EmptyState title={t('live.no_active_calls')} text={t('live.no_active_calls_text')} />}
        actions={
          may('active_call.delete')
            ? (c) => (
                <Button size="compact-sm" variant="light" color="red" leftSection={<PhoneOff size={14} aria-hidden />} disabled={c.direction === 'emergency'} onClick={() => setEnding(c)}>
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
          await remove.mutateAsync({ id: ending!.id })
          setEnding(null)
        }}
        onClose={() => setEnding(null)}
      >
        {ending && t('live.hang_up_text', { from: ending.caller_name || ending.from, to: ending.to })}
      </ConfirmDialog>
    </>
  )
}

function Direction({ call }: { call: Call }) {
  if (call.direction === 'emergency') return <StatusBadge tone="bad" label={word('direction', 'emergency')} />
  return word('direction', call.direction)
}

function Media({ call }: { call: Call }) {
  const t = useT()
  return (
    <Group gap={6} wrap="nowrap">
      <Text size="sm">{call.codec}</Text>
      {call.secure && <Lock size={14} aria-label={t('live.secure')} />}
      {call.recording && <Radio size={14} color="var(--mantine-color-red-6)" aria-label={t('live.is_recorded')} />}
    </Group>
  )
}
