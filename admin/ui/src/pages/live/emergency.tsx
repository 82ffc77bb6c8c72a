import { Accordion, Alert, Button, Card, Group, List, Loader, Stack, Table, Text, Title } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { problemOf } from '~/api/problem'
import { useAction, useRecord } from '~/api/records'
import type { Row } from '~/api/types'
import { PageLink } from '~/app/account'
import { useLive } from '~/app/live'
import { useMay } from '~/app/session'
import { LiveLost } from '~/app/shell'
import { t, tMaybe, useT } from '~/i18n'
import { PageHeader } from '~/parts/PageHeader'
import { Phone } from '~/parts/Phone'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { formatDuration, Time } from '~/parts/Time'
import { Kind, Told } from './emergencies'
import { Fact, Facts } from './facts'
import './live.css'
import { RecordName } from './record-name'
import { State, word } from './states'
import { addressLines } from './tally'
import { Wide } from './wide'

type Emergency = Row<'emergency_calls'>
type Recipient = Emergency['recipients'][number]

const underway = ['started', 'answered']

/** EmergencyPage is one call for help: who, where, what was sent, and who was told. */
export default function EmergencyPage() {
  const t = useT()
  const { lost } = useLive()
  const { id = '' } = useParams({ strict: false }) as { id?: string }
  const pending = (e?: Emergency) => Boolean(e && (underway.includes(e.outcome) || e.recipients.some((r) => r.state === 'pending')))
  const { data: call, error, isPending } = useRecord('emergency_calls', id)
  const again = useRecord('emergency_calls', id, { enabled: pending(call), refetchInterval: 2000 })
  const shown = again.data ?? call
  const trail = [{ to: '/emergency_calls', label: t('live.emergency_calls') }]
  if (isPending) return <Loader />
  if (!shown) {
    return (
      <>
        <PageHeader title={t('live.emergency_call')} trail={trail} />
        <ProblemAlert problem={problemOf(error)} />
      </>
    )
  }
  const title = titleOf(shown)
  return (
    <>
      <PageHeader
        title={title}
        trail={trail}
        badges={
          <>
            <Kind test={shown.test} number={shown.dialled} />
            <State family="emergency" value={shown.outcome} />
          </>
        }
        actions={
          shown.call_id && !underway.includes(shown.outcome) && (
            <Button variant="default" component={PageLink} to={`/calls/${shown.call_id}`}>
              {t('live.to_call')}
            </Button>
          )
        }
      />
      <LiveLost lost={lost} />
      <Stack>
        {shown.outcome === 'not_connected' && <Alert color="red" title={t('live.not_connected_title')}>{t('live.not_connected_text')}</Alert>}
        {shown.recovered && <Alert color="orange">{t('live.recovered')}</Alert>}
        <Missing codes={shown.missing} />
        <Who call={shown} />
        <Where call={shown} />
        <Recipients call={shown} />
        <Way call={shown} />
      </Stack>
    </>
  )
}

function titleOf(call: Emergency): string {
  const who = call.caller.name || call.caller.device_name
  if (call.outcome === 'no_call') return t('live.mail_test_title')
  return t(call.test ? 'live.emergency_test_title' : 'live.emergency_title', { who: who || t('live.nobody') })
}

function Missing({ codes }: { codes: readonly string[] }) {
  const t = useT()
  if (codes.length === 0) return null
  return (
    <Alert color="orange" title={t('live.missing_title')}>
      <List size="sm">
        {codes.map((code) => (
          <List.Item key={code}>
            {word('missing', code)}
            {tMaybe(`live.finding_${code}`) && `: ${tMaybe(`live.finding_${code}`)}`}
          </List.Item>
        ))}
      </List>
    </Alert>
  )
}

function Who({ call }: { call: Emergency }) {
  const t = useT()
  const { caller } = call
  return (
    <Card withBorder>
      <Title order={2} size="h4" mb="sm">
        {t('live.who_called')}
      </Title>
      <Facts>
        <Fact label={t('live.name')}>{caller.name}</Fact>
        <Fact label={t('live.extension')}>{caller.extension}</Fact>
        <Fact label={t('live.user')}>{caller.user && <RecordName collection="users" id={caller.user} link />}</Fact>
        <Fact label={t('live.device')}>{caller.device && <RecordName collection="devices" id={caller.device} link />}</Fact>
        <Fact label={t('live.model')}>{[caller.model, caller.mac].filter(Boolean).join(', ')}</Fact>
        <Fact label={t('live.callback_number')}>{call.callback_number ? <Phone number={call.callback_number} /> : <Text span inherit c="red">{t('live.none_known')}</Text>}</Fact>
        <Fact label={t('live.began')}>
          <Time at={call.started_at} />
        </Fact>
        <Fact label={t('live.was_answered')}>{call.answered_at && <Time at={call.answered_at} />}</Fact>
        <Fact label={t('live.ended')}>{call.ended_at && <Time at={call.ended_at} />}</Fact>
        <Fact label={t('live.duration')}>{call.ended_at && formatDuration(call.duration_seconds)}</Fact>
        <Fact label={t('live.hung_up_by')}>{call.hung_up_by && (call.hung_up_by === 'callee' ? t('live.hung_up_psap') : word('hung_up', call.hung_up_by))}</Fact>
        <Fact label={t('live.dialled')}>{[call.dialled, call.number !== call.dialled && t('live.sent_as', { number: call.number })].filter(Boolean).join(' ')}</Fact>
      </Facts>
    </Card>
  )
}

/** Where compares what is set up with what the carrier was told. */
function Where({ call }: { call: Emergency }) {
  const t = useT()
  const { location, conveyed } = call
  const set = [...addressLines(location.address), location.floor && t('live.floor_is', { floor: location.floor }), location.room && t('live.room_is', { room: location.room })].filter(Boolean)
  return (
    <Card withBorder>
      <Title order={2} size="h4" mb="sm">
        {t('live.location')}
      </Title>
      <Facts>
        <Fact label={t('live.set_up')}>
          {location.name || set.length > 0 ? (
            <>
              <Text inherit fw={600}>{location.name}</Text>
              {set.map((line, i) => (
                <div key={i}>{line}</div>
              ))}
            </>
          ) : (
            <Text inherit c="red">{t('live.no_location')}</Text>
          )}
        </Fact>
        <Fact label={t('live.location_of')}>{location.source && word('location_source', location.source)}</Fact>
        <Fact label={t('live.e911_status')}>{location.e911_status && word('e911', location.e911_status)}</Fact>
        <Fact label={t('live.conveyed')}>
          {conveyed.method ? (
            <>
              <div>{word('conveyed', conveyed.method)}</div>
              {conveyed.lines.map((line, i) => (
                <div key={i}>{line}</div>
              ))}
              {conveyed.refused && <Text inherit c="orange">{t('live.location_refused')}</Text>}
            </>
          ) : (
            t('live.nothing_sent')
          )}
        </Fact>
        <Fact label={t('live.reference')}>{conveyed.reference}</Fact>
        <Fact label={t('live.number_shown')}>{conveyed.number && <Phone number={conveyed.number} />}</Fact>
        <Fact label={t('live.trunk')}>{conveyed.trunk_name}</Fact>
      </Facts>
    </Card>
  )
}

function Recipients({ call }: { call: Emergency }) {
  const t = useT()
  const may = useMay()
  const act = useAction(['emergency_calls'])
  const missing = call.recipients.some((r) => r.state !== 'delivered')
  return (
    <Card withBorder>
      <Group justify="space-between" mb="sm">
        <Group>
          <Title order={2} size="h4">
            {t('live.told')}
          </Title>
          <Told recipients={call.recipients} />
        </Group>
        {missing && may('emergency_call.retry') && (
          <Button size="compact-md" loading={act.isPending} onClick={() => act.mutate({ path: `emergency_calls/${call.id}/retry` })}>
            {t('live.retry_mails')}
          </Button>
        )}
      </Group>
      <ProblemAlert problem={act.error && problemOf(act.error)} />
      {call.recipients.length === 0 ? (
        <Alert color="red">{t('live.told_nobody_text')}</Alert>
      ) : (
        <Accordion variant="separated" chevronPosition="left">
          {call.recipients.map((r) => (
            <RecipientItem key={r.address} recipient={r} />
          ))}
        </Accordion>
      )}
    </Card>
  )
}

function RecipientItem({ recipient }: { recipient: Recipient }) {
  const t = useT()
  return (
    <Accordion.Item value={recipient.address}>
      <Accordion.Control>
        <Group justify="space-between" gap="xs">
          <div>
            <Text size="sm" fw={500} style={{ overflowWrap: 'anywhere' }}>
              {recipient.address}
            </Text>
            <Text size="xs" c="dimmed">
              {word('recipient_source', recipient.source)}
            </Text>
          </div>
          <State family="delivery" value={recipient.state} />
        </Group>
      </Accordion.Control>
      <Accordion.Panel>
        {recipient.mails.length === 0 && <Text size="sm">{t('live.no_mail_yet')}</Text>}
        {recipient.mails.map((mail, i) => (
          <MailHistory key={i} mail={mail} />
        ))}
      </Accordion.Panel>
    </Accordion.Item>
  )
}

/** MailHistory is a mail about one stage, with what the relays answered. */
function MailHistory({ mail }: { mail: Recipient['mails'][number] }) {
  const t = useT()
  return (
    <Stack gap={2} mb="sm">
      <Group gap="xs">
        <Text size="sm" fw={500}>
          {word('stage', mail.stage)}
        </Text>
        <State family="delivery" value={mail.state} />
        {mail.next_attempt_at && (
          <Text size="xs" c="dimmed">
            {t('live.tried_next')} <Time at={mail.next_attempt_at} />
          </Text>
        )}
      </Group>
      {mail.history.map((attempt, i) => (
        <Text key={i} size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          <Time at={attempt.at} /> · {attempt.via} · {attempt.code > 0 && attempt.code} {attempt.text}
        </Text>
      ))}
    </Stack>
  )
}

/** Way is the trunks that were tried, and calls back. */
function Way({ call }: { call: Emergency }) {
  const t = useT()
  if (call.attempts.length === 0 && call.callbacks.length === 0) return null
  return (
    <Card withBorder>
      <Title order={2} size="h4" mb="sm">
        {t('live.way')}
      </Title>
      <Wide label={t('live.way')}>
        <Table miw={320} aria-label={t('live.way')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('live.time')}</Table.Th>
              <Table.Th>{t('live.trunk')}</Table.Th>
              <Table.Th>{t('live.result')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {call.attempts.map((a, i) => (
              <Table.Tr key={i}>
                <Table.Td>
                  <Time at={a.at} />
                </Table.Td>
                <Table.Td>{a.name}</Table.Td>
                <Table.Td>{a.answered ? t('live.took_it') : t('live.refused_it', { status: a.status || '–' })}</Table.Td>
              </Table.Tr>
            ))}
            {call.callbacks.map((b, i) => (
              <Table.Tr key={`back${i}`}>
                <Table.Td>
                  <Time at={b.at} />
                </Table.Td>
                <Table.Td>{t('live.called_back')}</Table.Td>
                <Table.Td>{b.from ? <Phone number={b.from} /> : t('live.withheld')}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Wide>
    </Card>
  )
}
