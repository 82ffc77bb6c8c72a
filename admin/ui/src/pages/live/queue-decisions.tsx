import { Anchor, Group, Stack, Text } from '@mantine/core'
import { PageLink } from '~/app/account'
import { useT } from '~/i18n'
import { EmptyState } from '~/parts/EmptyState'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { formatDuration, Time } from '~/parts/Time'
import { dateFilter } from '~/parts/filter'
import type { CallRecord } from './calls'
import { Party } from './party'
import { Passage } from './passage'
import { State, word } from './states'

/** QueueDecisions tell of each call why each agent was rung, or not. */
export function QueueDecisions({ id }: { id: string }) {
  const t = useT()
  const columns: Column<CallRecord>[] = [
    {
      key: 'call', header: t('live.call'), width: 230, filter: dateFilter(),
      cell: (c) => (
        <Stack gap={2}>
          <Anchor inherit component={PageLink} to={`/calls/${c.id}`}>
            <Time at={c.started_at} />
          </Anchor>
          <Party number={c.from} name={c.caller_name} />
        </Stack>
      ),
    },
    {
      key: 'decisions', header: t('live.decisions'),
      cell: (c) => c.queues.filter((p) => p.queue === id).map((p, i) => (
        <Stack key={i} gap={4} mb="xs">
          <Group gap="xs">
            <State family="passage" value={p.result} reason={p.reason && word('reason', p.reason)} />
            <Text size="sm" c="dimmed">
              {t('live.waited', { time: formatDuration(p.wait_seconds) })}
            </Text>
          </Group>
          <Passage passage={p} heading={false} />
        </Stack>
      )),
    },
  ]
  return (
    <RecordTable<CallRecord>
      label={t('live.decisions')}
      collection="calls"
      query={{ queue: id }}
      columns={columns}
      rowHeight={180}
      empty={<EmptyState title={t('live.no_queue_calls')} text={t('live.no_queue_calls_text')} />}
    />
  )
}
