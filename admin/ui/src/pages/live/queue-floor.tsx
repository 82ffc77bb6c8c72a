import { Alert, Button, Card, Group, Loader, Menu, Stack, Table, Text, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { ChevronDown } from 'lucide-react'
import { useState } from 'react'
import { problemOf } from '~/api/problem'
import { useAction } from '~/api/records'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { EmptyState } from '~/parts/EmptyState'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { RecordDialog } from '~/parts/RecordDialog'
import { StatusBadge } from '~/parts/StatusBadge'
import { Time } from '~/parts/Time'
import { Countdown, Elapsed } from './elapsed'
import { Party } from './party'
import { useQueueState, type Agent, type QueueState } from './queue-live'
import { State } from './states'
import { Wide } from './wide'

/** QueueFloor is what goes on in a queue: who waits, and what its agents do. */
export function QueueFloor({ id }: { id: string }) {
  const t = useT()
  const { data: state, error, isPending } = useQueueState(id)
  if (isPending) return <Loader />
  if (!state) return <ProblemAlert problem={problemOf(error)} />
  return (
    <Stack>
      <Callers state={state} />
      <Card withBorder>
        <Title order={2} size="h4" mb="xs">
          {t('live.agents')}
        </Title>
        {state.agents.length === 0 ? (
          <EmptyState title={t('live.no_agents')} text={t('live.no_agents_text')} />
        ) : (
          <Agents queue={id} agents={state.agents} />
        )}
      </Card>
    </Stack>
  )
}

function Callers({ state }: { state: QueueState }) {
  const t = useT()
  const names = new Map(state.agents.map((a) => [a.user, a.name]))
  return (
    <Card withBorder>
      <Group mb="xs">
        <Title order={2} size="h4">
          {t('live.who_waits')}
        </Title>
        <div aria-live="polite">
          <StatusBadge tone={state.waiting > 0 ? 'warning' : 'neutral'} label={t('live.count_waiting', { count: state.waiting })} />
        </div>
      </Group>
      {state.callers.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('live.nobody_waits')}
        </Text>
      ) : (
        <Wide label={t('live.who_waits')}>
          <Table miw={360} aria-label={t('live.who_waits')}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th w={60}>{t('live.place')}</Table.Th>
                <Table.Th>{t('live.caller')}</Table.Th>
                <Table.Th w={90}>{t('live.since')}</Table.Th>
                <Table.Th>{t('live.rings_at')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {state.callers.map((c) => (
                <Table.Tr key={c.call}>
                  <Table.Td>{c.position}</Table.Td>
                  <Table.Td>
                    <Party number={c.caller} name={c.caller_name} />
                    {c.callback && <StatusBadge tone="busy" label={t('live.wants_callback')} />}
                  </Table.Td>
                  <Table.Td>
                    <Elapsed since={c.joined_at} />
                  </Table.Td>
                  <Table.Td>{c.ringing.map((user) => names.get(user) ?? user).join(', ')}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Wide>
      )}
      {state.waiting > state.callers.length && (
        <Alert color="gray" mt="xs">
          {t('live.first_callers', { count: state.callers.length })}
        </Alert>
      )}
    </Card>
  )
}

function Agents({ queue, agents }: { queue: string; agents: Agent[] }) {
  const t = useT()
  const may = useMay()
  const change = useAgentChange(queue)
  const [pausing, setPausing] = useState<Agent | null>(null)
  return (
    <>
      <ProblemAlert problem={change.error && problemOf(change.error)} />
      <Wide label={t('live.agents')}>
        <Table miw={420} aria-label={t('live.agents')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('live.agent')}</Table.Th>
              <Table.Th>{t('live.state')}</Table.Th>
              <Table.Th>{t('live.does')}</Table.Th>
              <Table.Th visibleFrom="md">{t('live.calls_taken')}</Table.Th>
              <Table.Th visibleFrom="md">{t('live.last_call')}</Table.Th>
              <Table.Th w={1} aria-label={t('shell.more')} />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {agents.map((a) => (
              <Table.Tr key={a.user}>
                <Table.Td>{a.name}</Table.Td>
                <Table.Td>
                  <State family="agent" value={a.state} reason={a.reason} />
                  {a.reason && (
                    <Text size="xs" c="dimmed">
                      {a.reason}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td>
                  <State family="activity" value={a.activity} /> {a.activity === 'wrap_up' && <Countdown to={a.wrap_up_until} />}
                </Table.Td>
                <Table.Td visibleFrom="md">{a.calls}</Table.Td>
                <Table.Td visibleFrom="md">{a.last_call_at && <Time at={a.last_call_at} relative />}</Table.Td>
                <Table.Td>{may('queue_agent.update') && <AgentMenu agent={a} onState={(state) => change.mutate({ agent: a, state })} onPause={() => setPausing(a)} />}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Wide>
      {pausing && <PauseDialog key={pausing.user} agent={pausing} pause={(reason) => change.mutateAsync({ agent: pausing, state: 'paused', reason })} onClose={() => setPausing(null)} />}
    </>
  )
}

interface Change {
  agent: Agent
  state: string
  reason?: string
}

function useAgentChange(queue: string) {
  const act = useAction([`call_queues/${queue}/state`])
  const change = ({ agent, state, reason = '' }: Change) => ({ path: `call_queues/${queue}/agents/${agent.user}`, method: 'PATCH', body: { state, reason } })
  return { error: act.error, mutate: (c: Change) => act.mutate(change(c)), mutateAsync: (c: Change) => act.mutateAsync(change(c)) }
}

function AgentMenu({ agent, onState, onPause }: { agent: Agent; onState: (state: string) => void; onPause: () => void }) {
  const t = useT()
  return (
    <Menu>
      <Menu.Target>
        <Button size="compact-sm" variant="default" rightSection={<ChevronDown size={14} aria-hidden />} aria-label={t('live.change_agent', { name: agent.name })}>
          {t('live.change')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {agent.state !== 'available' && <Menu.Item onClick={() => onState('available')}>{t(agent.state === 'paused' ? 'live.unpause' : 'live.agent_log_in')}</Menu.Item>}
        {agent.state === 'available' && <Menu.Item onClick={onPause}>{t('live.pause_agent')}</Menu.Item>}
        {agent.state !== 'logged_out' && <Menu.Item onClick={() => onState('logged_out')}>{t('live.agent_log_out')}</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  )
}

function PauseDialog({ agent, pause, onClose }: { agent: Agent; pause: (reason: string) => Promise<unknown>; onClose: () => void }) {
  const t = useT()
  const form = useForm({ initialValues: { reason: '' } })
  return (
    <RecordDialog opened title={t('live.pause_title', { name: agent.name })} confirm={t('live.pause_agent')} form={form} submit={({ reason }) => pause(reason.trim())} onClose={onClose}>
      <TextInput label={t('live.pause_reason')} description={t('live.pause_reason_text')} maxLength={100} data-autofocus {...form.getInputProps('reason')} name="reason" />
    </RecordDialog>
  )
}
