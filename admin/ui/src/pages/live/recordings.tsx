import type { Row } from '~/api/types'
import { useT } from '~/i18n'
import { EmptyState } from '~/parts/EmptyState'
import { PageHeader } from '~/parts/PageHeader'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { formatDuration, Time } from '~/parts/Time'
import { dateFilter, referenceFilter, selectFilter, textFilter } from '~/parts/filter'
import { Party } from './party'
import { RecordName } from './record-name'
import { choices, State, word } from './states'

type Recording = Row<'recordings'>

/** Recordings are the calls that were recorded. */
export default function Recordings() {
  const t = useT()
  const columns: Column<Recording>[] = [
    { key: 'time', header: t('live.time'), width: 190, filter: dateFilter(), cell: (r) => <Time at={r.started_at} /> },
    { key: 'from', header: t('live.from'), filter: textFilter('number', t('live.number_of_either')), cell: (r) => <Party number={r.from} /> },
    { key: 'to', header: t('live.to'), cell: (r) => <Party number={r.to} /> },
    { key: 'length', header: t('live.length'), width: 80, cell: (r) => formatDuration(r.seconds) },
    {
      key: 'state', header: t('live.state'), filter: selectFilter('state', choices('recording', ['recording', 'done', 'failed'])),
      cell: (r) => <State family="recording" value={r.state} reason={word('recording_reason', r.reason)} />,
    },
    {
      key: 'text', header: t('live.transcript'), from: 'md', filter: selectFilter('transcription', choices('transcription', ['disabled', 'waiting', 'running', 'done', 'failed'])),
      cell: (r) => <State family="transcription" value={r.transcription.state} reason={r.transcription.reason} />,
    },
    { key: 'user', header: t('live.user'), from: 'lg', filter: referenceFilter('user', 'users'), cell: (r) => <RecordName collection="users" id={r.user} /> },
  ]
  return (
    <>
      <PageHeader title={t('live.recordings')} text={t('live.recordings_text')} />
      <RecordTable<Recording>
        label={t('live.recordings')}
        collection="recordings"
        columns={columns}
        rowLink={(r) => `/recordings/${r.id}`}
        empty={<EmptyState title={t('live.no_recordings')} text={t('live.no_recordings_text')} />}
      />
    </>
  )
}
