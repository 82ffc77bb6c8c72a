import { Alert, Card, Group, Loader, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { useMemo } from 'react'
import { problemOf } from '~/api/problem'
import { useRead, useRecord } from '~/api/records'
import type { Shown } from '~/api/types'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { EmptyState } from '~/parts/EmptyState'
import { PageHeader } from '~/parts/PageHeader'
import { formatPhone, Phone } from '~/parts/Phone'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { TabbedPage } from '~/parts/TabbedPage'
import { formatDuration, Time } from '~/parts/Time'
import { reasonOf, type CallRecord } from './calls'
import { Fact, Facts } from './facts'
import { between, userOf } from './format'
import { LadderView } from './ladder-view'
import './live.css'
import { Passage } from './passage'
import { QualityPlot } from './quality-plot'
import { RecordingCard } from './recording-card'
import { RecordName } from './record-name'
import { State, word } from './states'

/** Call is one call that has ended: what happened, how it sounded, and its SIP messages. */
export default function Call() {
  const t = useT()
  const may = useMay()
  const { id = '' } = useParams({ strict: false }) as { id?: string }
  const { data: call, error, isPending } = useRecord('calls', id)
  const trail = [{ to: '/calls', label: t('live.calls') }]
  if (isPending) return <Loader />
  if (!call) {
    return (
      <>
        <PageHeader title={t('live.call')} trail={trail} />
        <ProblemAlert problem={problemOf(error)} />
      </>
    )
  }
  const title = t('live.call_title', { from: call.caller_name || formatPhone(call.from) || t('live.withheld'), to: formatPhone(call.to) })
  return (
    <>
      <PageHeader title={title} trail={trail} badges={<State family="result" value={call.result} reason={reasonOf(call)} />} />
      <TabbedPage
        label={title}
        tabs={[
          { key: 'overview', label: t('live.overview'), content: <Overview call={call} /> },
          { key: 'quality', label: t('live.legs', { count: call.legs.length }), content: <Legs call={call} /> },
          { key: 'sip', label: t('live.sip_messages'), shown: may('call.read_trace'), content: <Trace call={call} /> },
        ]}
      />
    </>
  )
}

function Overview({ call }: { call: CallRecord }) {
  const t = useT()
  const steps = [...call.forwards, ...call.transfers]
  return (
    <Stack>
      <Card withBorder>
        <Facts>
          <Fact label={t('live.began')}>
            <Time at={call.started_at} />
          </Fact>
          <Fact label={t('live.rang_for')}>{call.ringing_at && formatDuration(between(call.ringing_at, call.answered_at ?? call.ended_at))}</Fact>
          <Fact label={t('live.talked_for')}>{call.answered_at && formatDuration(call.duration_seconds)}</Fact>
          <Fact label={t('live.ended')}>
            <Time at={call.ended_at} />
          </Fact>
          <Fact label={t('live.direction')}>{word('direction', call.direction)}</Fact>
          <Fact label={t('live.from')}>
            {[call.caller_name, formatPhone(call.from)].filter((s, i, all) => s && all.indexOf(s) === i).join(', ') || t('live.withheld')}
          </Fact>
          <Fact label={t('live.to')}>
            <Phone number={call.to} />
          </Fact>
          <Fact label={t('live.dialled')}>{call.dialled !== call.to && call.dialled}</Fact>
          <Fact label={t('live.user')}>{call.user && <RecordName collection="users" id={call.user} link />}</Fact>
          <Fact label={t('live.device')}>{call.device && <RecordName collection="devices" id={call.device} link />}</Fact>
          <Fact label={t('live.number')}>{call.number && <RecordName collection="numbers" id={call.number} link />}</Fact>
          <Fact label={t('live.trunk')}>{call.trunk && <RecordName collection="provider_accounts" id={call.trunk} link />}</Fact>
          <Fact label={t('live.result')}>{[word('result', call.result), reasonOf(call)].filter(Boolean).join(': ')}</Fact>
          <Fact label={t('live.hung_up_by')}>{call.hung_up_by && word('hung_up', call.hung_up_by)}</Fact>
          <Fact label={t('live.sip_status')}>{call.sip_status > 0 && String(call.sip_status)}</Fact>
        </Facts>
      </Card>
      {steps.length > 0 && (
        <Card withBorder>
          <Title order={2} size="h4" mb="xs">
            {t('live.went_on')}
          </Title>
          {steps.map((step, i) => (
            <Text key={i} size="sm">
              {step}
            </Text>
          ))}
        </Card>
      )}
      {call.queues.map((passage, i) => (
        <Passage key={i} passage={passage} />
      ))}
      {call.recordings.map((recording) => (
        <RecordingCard key={recording.id ?? ''} recording={recording as Shown<'Recording'>} />
      ))}
    </Stack>
  )
}

function Legs({ call }: { call: CallRecord }) {
  const t = useT()
  if (call.legs.length === 0) return <EmptyState title={t('live.no_legs')} text={t('live.no_legs_text')} />
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      {call.legs.map((leg, i) => (
        <LegCard key={i} leg={leg} />
      ))}
    </SimpleGrid>
  )
}

type Leg = CallRecord['legs'][number]

function LegCard({ leg }: { leg: Leg }) {
  const t = useT()
  const media = leg.packets_received > 0 || leg.packets_sent > 0
  return (
    <Card withBorder component="section" aria-label={`${word('leg', leg.role)} ${userOf(leg.uri)}`}>
      <Group justify="space-between" mb="sm" align="flex-start">
        <div>
          <Text fw={600}>{word('leg', leg.role)}</Text>
          <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {leg.uri}
          </Text>
        </div>
        {leg.status > 0 && <Text ff="monospace">{leg.status}</Text>}
      </Group>
      <Facts>
        <Fact label={t('live.user')}>{leg.user && <RecordName collection="users" id={leg.user} link />}</Fact>
        <Fact label={t('live.device')}>{leg.device && <RecordName collection="devices" id={leg.device} link />}</Fact>
        <Fact label={t('live.trunk')}>{leg.trunk && <RecordName collection="provider_accounts" id={leg.trunk} link />}</Fact>
        <Fact label={t('live.codec')}>{leg.codec && [leg.codec, leg.srtp ? 'SRTP' : t('live.not_encrypted')].join(', ')}</Fact>
        <Fact label={t('live.dtmf')}>{leg.dtmf}</Fact>
        <Fact label={t('live.source')}>{leg.source && `${leg.source} ${leg.transport.toUpperCase()}`}</Fact>
        <Fact label={t('live.user_agent')}>{leg.user_agent}</Fact>
        <Fact label={t('live.packets')}>{media && t('live.packets_counts', { received: leg.packets_received, sent: leg.packets_sent, lost: leg.packets_lost })}</Fact>
      </Facts>
      {media && (
        <div style={{ marginTop: 12 }}>
          <QualityPlot leg={leg} />
        </div>
      )}
    </Card>
  )
}

function Trace({ call }: { call: CallRecord }) {
  const t = useT()
  const { data: trace, error, isPending } = useRead<Shown<'CallTrace'>>(`calls/${call.id}/trace`)
  const names = useMemo(() => new Map(call.legs.map((leg) => [leg.source, userOf(leg.uri)])), [call.legs])
  if (isPending) return <Loader />
  if (!trace) {
    const problem = problemOf(error)
    if (problem.status !== 404) return <ProblemAlert problem={problem} />
    return <EmptyState title={t('live.no_trace')} text={t('live.no_trace_text')} />
  }
  if (trace.messages.length === 0) return <EmptyState title={t('live.no_trace')} text={t('live.no_trace_text')} />
  return (
    <Stack>
      <Alert color="gray" variant="light">
        {t('live.trace_masked')}
      </Alert>
      <LadderView messages={trace.messages} dropped={trace.dropped} nameOf={(address) => names.get(address) ?? ''} />
    </Stack>
  )
}
