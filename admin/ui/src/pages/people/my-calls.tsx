import { ArrowDownLeft, ArrowUpRight, Repeat2, Siren, type LucideIcon } from 'lucide-react'
import { Group, Text } from '@mantine/core'
import type { Shown } from '~/api/types'
import { tMaybe, useT } from '~/i18n'
import { EmptyState } from '~/parts/EmptyState'
import { formatPhone } from '~/parts/Phone'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { StatusBadge } from '~/parts/StatusBadge'
import { formatDuration, Time } from '~/parts/Time'
import { dateFilter, selectFilter } from '~/parts/filter'

type Call = Shown<'CallRecord'>

const directions = ['internal', 'inbound', 'outbound', 'emergency'] as const
const results = ['answered', 'no_answer', 'busy', 'declined', 'cancelled', 'failed', 'forwarded', 'rejected'] as const
const icons: Record<string, LucideIcon> = { inbound: ArrowDownLeft, outbound: ArrowUpRight, internal: Repeat2, emergency: Siren }

const directionName = (d: string) => tMaybe(`people.me_call_${d}`) ?? d
const resultName = (r: string) => tMaybe(`people.me_result_${r}`) ?? r

/** MyCalls lists the calls of the user who is logged in, newest first. */
export function MyCalls() {
  const t = useT()
  const columns: Column<Call>[] = [
    {
      key: 'direction',
      header: t('people.me_call_direction'),
      cell: (c) => <Direction direction={c.direction} />,
      width: 150,
      filter: selectFilter('direction', directions.map((d) => ({ value: d, label: directionName(d) }))),
    },
    { key: 'from', header: t('people.me_call_from'), cell: (c) => <Party name={c.caller_name} number={c.from} /> },
    { key: 'to', header: t('people.me_call_to'), cell: (c) => formatPhone(c.to || c.dialled) },
    { key: 'when', header: t('people.me_call_when'), cell: (c) => <Time at={c.started_at} />, from: 'sm', width: 210, filter: dateFilter() },
    { key: 'length', header: t('people.me_call_length'), cell: (c) => formatDuration(c.duration_seconds), from: 'md', width: 90 },
    {
      key: 'result',
      header: t('people.me_call_result'),
      cell: (c) => <StatusBadge tone={c.result === 'answered' ? 'good' : 'neutral'} label={resultName(c.result)} />,
      from: 'xs',
      width: 140,
      filter: selectFilter('result', results.map((r) => ({ value: r, label: resultName(r) }))),
    },
  ]
  return (
    <RecordTable
      label={t('people.me_calls')}
      collection="me/calls"
      columns={columns}
      empty={<EmptyState title={t('people.me_calls_empty_title')} text={t('people.me_calls_empty_text')} />}
    />
  )
}

function Direction({ direction }: { direction: string }) {
  const Icon = icons[direction]
  return (
    <Group gap={6} wrap="nowrap">
      {Icon && <Icon size={16} aria-hidden />}
      {directionName(direction)}
    </Group>
  )
}

function Party({ name, number }: { name: string; number: string }) {
  return (
    <>
      {formatPhone(number)}{' '}
      {name && name !== number && (
        <Text span size="xs" c="dimmed">
          {name}
        </Text>
      )}
    </>
  )
}
