import { Card, Group, Table, Text, Title } from '@mantine/core'
import { useT } from '~/i18n'
import { formatDuration } from '~/parts/Time'
import type { CallRecord } from './calls'
import { between } from './format'
import { RecordName } from './record-name'
import { State, word } from './states'
import { Wide } from './wide'

type QueuePassage = CallRecord['queues'][number]

const outcomes = ['rang', 'answered', 'no_answer', 'busy', 'declined', 'cancelled']

/** Passage is how a call went through a queue: why each agent was rung, or not. */
export function Passage({ passage, heading = true }: { passage: QueuePassage; heading?: boolean }) {
  const t = useT()
  const title = t('live.passage', { queue: passage.name })
  return (
    <Card withBorder padding={heading ? 'md' : 'xs'}>
      {heading && (
        <Group mb="xs">
          <Title order={2} size="h4">
            {title}
          </Title>
          <State family="passage" value={passage.result} reason={passage.reason && word('reason', passage.reason)} />
          <Text size="sm" c="dimmed">
            {t('live.waited', { time: formatDuration(passage.wait_seconds) })}
          </Text>
        </Group>
      )}
      {passage.steps.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('live.no_steps')}
        </Text>
      ) : (
        <Wide label={title}>
          <Table miw={320} aria-label={title} verticalSpacing={4}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th w={90}>{t('live.after')}</Table.Th>
                <Table.Th>{t('live.agent')}</Table.Th>
                <Table.Th>{t('live.decision')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {passage.steps.map((step, i) => (
                <Table.Tr key={i}>
                  <Table.Td>{formatDuration(between(passage.joined_at, step.at))}</Table.Td>
                  <Table.Td>
                    <RecordName collection="users" id={step.agent} />
                  </Table.Td>
                  <Table.Td c={outcomes.includes(step.step) ? undefined : 'dimmed'}>{word('step', step.step)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Wide>
      )}
    </Card>
  )
}
