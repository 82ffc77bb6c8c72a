import { EmptyState } from '~/parts/EmptyState'
import { PageHeader } from '~/parts/PageHeader'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { formatDuration, Time } from '~/parts/Time'
import { dateFilter, referenceFilter, selectFilter, textFilter } from '~/parts/filter'
import { useT } from '~/i18n'
import type { Row } from '~/api/types'
import { Party } from './party'
import { RecordName } from './record-name'
import { choices, State, word } from './states'

export type CallRecord = Row<'calls'>

export const callResults = ['answered', 'no_answer', 'busy', 'declined', 'cancelled', 'failed', 'forwarded', 'rejected'] as const
export const callDirections = ['internal', 'inbound', 'outbound', 'emergency'] as const

/** Calls are the calls that have ended. */
export default function Calls() {
  const t = useT()
  const columns: Column<CallRecord>[] = [
    { key: 'time', header: t('live.time'), width: 190, filter: dateFilter(), cell: (c) => <Time at={c.started_at} /> },
    { key: 'from', header: t('live.from'), filter: textFilter('number', t('live.number_of_either')), cell: (c) => <Party number={c.from} name={c.caller_name} /> },
    { key: 'to', header: t('live.to'), cell: (c) => <Party number={c.to} /> },
    { key: 'result', header: t('live.result'), filter: selectFilter('result', choices('result', callResults)), cell: (c) => <State family="result" value={c.result} reason={reasonOf(c)} /> },
    { key: 'duration', header: t('live.duration'), width: 80, cell: (c) => (c.answered_at ? formatDuration(c.duration_seconds) : '') },
    { key: 'direction', header: t('live.direction'), from: 'md', filter: selectFilter('direction', choices('direction', callDirections)), cell: (c) => word('direction', c.direction) },
    { key: 'user', header: t('live.user'), from: 'lg', filter: referenceFilter('user', 'users'), cell: (c) => <RecordName collection="users" id={c.user} /> },
    { key: 'device', header: t('live.device'), from: 'lg', filter: referenceFilter('device', 'devices'), cell: (c) => <RecordName collection="devices" id={c.device} /> },
  ]
  return (
    <>
      <PageHeader title={t('live.calls')} text={t('live.calls_text')} />
      <RecordTable<CallRecord>
        label={t('live.calls')}
        collection="calls"
        columns={columns}
        rowLink={(c) => `/calls/${c.id}`}
        rowHeight={50}
        empty={<EmptyState title={t('live.no_calls')} text={t('live.no_calls_text')} />}
      />
    </>
  )
}

/** reasonOf is why a call ended as it did, where that tells more. */
export function reasonOf(c: Pick<CallRecord, 'reason' | 'result'>): string {
  return c.reason === 'normal' || c.reason === c.result ? '' : word('reason', c.reason)
}
