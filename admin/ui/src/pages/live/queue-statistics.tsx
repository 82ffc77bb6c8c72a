import { Card, Group, Loader, SegmentedControl, SimpleGrid, Stack, Table, Text, TextInput, Title } from '@mantine/core'
import { problemOf } from '~/api/problem'
import { useRead } from '~/api/records'
import type { Shown } from '~/api/types'
import { useSearchValues, useSetSearch } from '~/app/search'
import { currentLanguage, useT } from '~/i18n'
import { EmptyState } from '~/parts/EmptyState'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { startOf } from '~/parts/filter'
import { formatDuration } from '~/parts/Time'
import { trimmed } from './quality'
import { stacksOf, type Period } from './stacks'
import { Wide } from './wide'

type Statistics = Shown<'QueueStatistics'>

/** QueueStatistics are a queue's figures over some days. */
export function QueueStatistics({ id }: { id: string }) {
  const t = useT()
  const search = useSearchValues()
  const set = useSetSearch()
  const by = search.by === 'hour' ? 'hour' : 'day'
  const query = { by, from: startOf(search.from, 0), to: startOf(search.to, 1) }
  const { data, error, isPending } = useRead<Statistics>(`call_queues/${id}/statistics`, query, { refetchInterval: 60_000 })
  return (
    <Stack>
      <Group align="flex-end">
        <TextInput type="date" label={t('shell.from')} value={search.from ?? ''} max={search.to} onChange={(e) => set({ from: e.currentTarget.value })} />
        <TextInput type="date" label={t('shell.to')} value={search.to ?? ''} min={search.from} onChange={(e) => set({ to: e.currentTarget.value })} />
        <SegmentedControl
          aria-label={t('live.by')}
          value={by}
          onChange={(next) => set({ by: next === 'day' ? '' : next })}
          data={[{ value: 'day', label: t('live.by_day') }, { value: 'hour', label: t('live.by_hour') }]}
        />
      </Group>
      <ProblemAlert problem={error && problemOf(error)} />
      {isPending && <Loader />}
      {data && <Figures statistics={data} by={by} />}
    </Stack>
  )
}

function Figures({ statistics, by }: { statistics: Statistics; by: 'day' | 'hour' }) {
  const t = useT()
  const total = statistics.total
  if (total.offered === 0) return <EmptyState title={t('live.no_statistics')} text={t('live.no_statistics_text')} />
  return (
    <>
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }}>
        <Tile label={t('live.offered')} value={String(total.offered)} />
        <Tile label={t('live.answered')} value={String(total.answered)} />
        <Tile label={t('live.abandoned')} value={String(total.abandoned)} />
        <Tile label={t('live.service_level')} value={`${trimmed(total.service_level_percent, 1)} %`} />
        <Tile label={t('live.average_wait')} value={formatDuration(total.average_answered_wait_seconds)} />
        <Tile label={t('live.average_talk')} value={formatDuration(total.average_talk_seconds)} />
        <Tile label={t('live.longest_wait')} value={formatDuration(total.longest_wait_seconds)} />
        <Tile label={t('live.overflowed')} value={String(total.overflowed)} />
        <Tile label={t('live.refused')} value={String(total.refused)} />
        <Tile label={t('live.callbacks')} value={String(total.callbacks)} />
      </SimpleGrid>
      <Card withBorder>
        <Title order={2} size="h4" mb="xs">
          {t('live.over_time')}
        </Title>
        <Chart periods={statistics.periods} by={by} />
      </Card>
      <Card withBorder>
        <Title order={2} size="h4" mb="xs">
          {t('live.agents')}
        </Title>
        <AgentFigures statistics={statistics} />
      </Card>
    </>
  )
}

function Tile({ label, value }: { label: string; value: string }) {
  return (
    <Card withBorder padding="sm">
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text size="xl" fw={650}>
        {value}
      </Text>
    </Card>
  )
}

const colors = { answered: 'var(--mantine-color-green-7)', abandoned: 'var(--mantine-color-orange-6)', other: 'var(--mantine-color-gray-5)' }

/** Chart stacks what became of the calls of each period; the same figures stand in a table for who cannot see it. */
function Chart({ periods, by }: { periods: readonly Period[]; by: 'day' | 'hour' }) {
  const t = useT()
  const { bars, most } = stacksOf(periods)
  const time = new Intl.DateTimeFormat(currentLanguage(), by === 'day' ? { dateStyle: 'medium' } : { dateStyle: 'short', timeStyle: 'short' })
  const height = 160
  const width = Math.max(bars.length * 26, 120)
  return (
    <>
      <Group gap="md" mb={4}>
        {(['answered', 'abandoned', 'other'] as const).map((key) => (
          <Group key={key} gap={6}>
            <svg width={10} height={10} aria-hidden>
              <rect width={10} height={10} rx={2} fill={colors[key]} />
            </svg>
            <Text size="xs">{t(`live.chart_${key}`)}</Text>
          </Group>
        ))}
        <Text size="xs" c="dimmed">
          {t('live.chart_most', { count: most })}
        </Text>
      </Group>
      <div style={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label={t('live.over_time')}>
        <svg width={width} height={height} role="img" aria-label={t('live.chart_words', { periods: bars.length, most })}>
          {bars.map((bar, i) => (
            <g key={bar.start} transform={`translate(${i * 26 + 3} 0)`}>
              <title>{`${time.format(new Date(bar.start))}: ${bar.answered} / ${bar.abandoned} / ${bar.other}`}</title>
              {bar.parts.map((part) => (
                <rect key={part.key} width={20} y={height * (1 - part.to)} height={height * (part.to - part.from)} fill={colors[part.key]} />
              ))}
            </g>
          ))}
        </svg>
      </div>
      <details style={{ marginTop: 8 }}>
        <summary>
          <Text span size="sm">
            {t('live.as_table')}
          </Text>
        </summary>
        <Table aria-label={t('live.over_time')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('live.time')}</Table.Th>
              <Table.Th>{t('live.answered')}</Table.Th>
              <Table.Th>{t('live.abandoned')}</Table.Th>
              <Table.Th>{t('live.chart_other')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {bars.map((bar) => (
              <Table.Tr key={bar.start}>
                <Table.Td>{time.format(new Date(bar.start))}</Table.Td>
                <Table.Td>{bar.answered}</Table.Td>
                <Table.Td>{bar.abandoned}</Table.Td>
                <Table.Td>{bar.other}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </details>
    </>
  )
}

function AgentFigures({ statistics }: { statistics: Statistics }) {
  const t = useT()
  if (statistics.agents.length === 0) return <Text size="sm" c="dimmed">{t('live.nobody_rang')}</Text>
  return (
    <Wide label={t('live.agents')}>
      <Table miw={360} aria-label={t('live.agents')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('live.agent')}</Table.Th>
            <Table.Th>{t('live.rang')}</Table.Th>
            <Table.Th>{t('live.answered')}</Table.Th>
            <Table.Th>{t('live.missed')}</Table.Th>
            <Table.Th>{t('live.talked_for')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {statistics.agents.map((a) => (
            <Table.Tr key={a.user}>
              <Table.Td>{a.name || t('live.gone')}</Table.Td>
              <Table.Td>{a.rang}</Table.Td>
              <Table.Td>{a.answered}</Table.Td>
              <Table.Td>{a.missed}</Table.Td>
              <Table.Td>{formatDuration(a.talk_seconds)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Wide>
  )
}
