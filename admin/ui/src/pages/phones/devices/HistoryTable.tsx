import { Text } from '@mantine/core'
import { History } from 'lucide-react'
import type { Shown } from '~/api/types'
import { tMaybe, useT } from '~/i18n'
import { EmptyState } from '~/parts/EmptyState'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { StatusBadge, type Tone } from '~/parts/StatusBadge'
import { Time } from '~/parts/Time'
import { dateFilter, selectFilter } from '~/parts/filter'

type Fetch = Shown<'ProvisioningEvent'>

const RESULTS = [
  'served', 'uploaded', 'no_such_file', 'bad_token', 'unknown_mac', 'foreign_mac', 'device_disabled', 'bad_file_name', 'bad_method',
  'network_not_allowed', 'bad_http_credentials', 'other_certificate', 'device_bound', 'other_device_url', 'upload_too_large', 'source_limited',
  'no_space', 'error',
]

/** resultName is what became of a request, in words. */
export const resultName = (result: string) => tMaybe(`phones.result_${result}`) ?? result

function toneOf(result: string): Tone {
  if (result === 'served' || result === 'uploaded') return 'good'
  return result === 'no_such_file' ? 'neutral' : 'bad'
}

/** HistoryTable lists requests of one phone, or of all of them, to the provisioning URL. */
export function HistoryTable({ device }: { device?: string }) {
  const t = useT()
  const columns: Column<Fetch>[] = [
    { key: 'time', header: t('phones.time'), cell: (e) => <Time at={e.time} />, filter: dateFilter() },
    {
      key: 'result', header: t('phones.result'), cell: (e) => <StatusBadge tone={toneOf(e.result)} label={resultName(e.result)} reason={e.detail} />,
      filter: selectFilter('result', RESULTS.map((value) => ({ value, label: resultName(value) }))),
    },
    {
      key: 'file', header: t('phones.file'),
      cell: (e) => (
        <>
          <Text span size="sm" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
            {e.method} {e.file}
          </Text>
          {e.count > 1 && (
            <Text span size="xs" c="dimmed">
              {' '}
              {t('phones.times', { count: e.count })}
            </Text>
          )}
        </>
      ),
    },
    { key: 'size', header: t('phones.size'), from: 'md', cell: (e) => (e.bytes > 0 ? e.bytes.toLocaleString() : '') },
    { key: 'from', header: t('phones.source_ip'), from: 'sm', cell: (e) => e.source_ip },
    { key: 'agent', header: t('phones.agent_of'), from: 'lg', cell: (e) => <Text size="xs" style={{ overflowWrap: 'anywhere' }}>{e.user_agent}</Text> },
  ]
  return (
    <>
      {device && (
        <Text c="dimmed" size="sm" mb="sm">
          {t('phones.history_text')}
        </Text>
      )}
      <RecordTable<Fetch>
        label={t('phones.tab_history')}
        collection={device ? `devices/${device}/provisioning_events` : 'provisioning_events'}
        columns={columns}
        refetchInterval={15_000}
        empty={<EmptyState icon={History} title={t('phones.no_history')} text={t('phones.no_history_text')} />}
      />
    </>
  )
}
