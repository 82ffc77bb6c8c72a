import { Alert, Button, Card, Group, Loader, Stack, Text, Title } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { problemOf } from '~/api/problem'
import { useAction, useRead, useRecord, useRemove } from '~/api/records'
import type { Row, Shown } from '~/api/types'
import { PageLink, useGo } from '~/app/account'
import { useMay } from '~/app/session'
import { useLanguage, useT } from '~/i18n'
import { DeleteDialog } from '~/parts/ConfirmDialog'
import { PageHeader } from '~/parts/PageHeader'
import { formatPhone, Phone } from '~/parts/Phone'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { formatDuration, Time } from '~/parts/Time'
import { DownloadButton } from './download'
import { Fact, Facts } from './facts'
import { bytes } from './format'
import './live.css'
import { RecordingPlayer } from './recording-card'
import { RecordName } from './record-name'
import { State, word } from './states'

type Recording = Row<'recordings'>

/** Recording is one: its sound, its text, and where it comes from. */
export default function Recording() {
  const t = useT()
  const { id = '' } = useParams({ strict: false }) as { id?: string }
  const { data: recording, error, isPending } = useRecord('recordings', id)
  const trail = [{ to: '/recordings', label: t('live.recordings') }]
  if (isPending) return <Loader />
  if (!recording) {
    return (
      <>
        <PageHeader title={t('live.recording')} trail={trail} />
        <ProblemAlert problem={problemOf(error)} />
      </>
    )
  }
  const title = t('live.call_title', { from: formatPhone(recording.from) || t('live.withheld'), to: formatPhone(recording.to) })
  return (
    <>
      <PageHeader
        title={title}
        trail={trail}
        badges={<State family="recording" value={recording.state} reason={word('recording_reason', recording.reason)} />}
        actions={<Actions recording={recording} />}
      />
      <Stack>
        <Sound recording={recording} />
        <Card withBorder>
          <RecordingFacts recording={recording} />
        </Card>
        <TranscriptCard recording={recording} />
      </Stack>
    </>
  )
}

function Actions({ recording }: { recording: Recording }) {
  const t = useT()
  const may = useMay()
  const go = useGo()
  const remove = useRemove('recordings')
  const [deleting, setDeleting] = useState(false)
  return (
    <>
      <Button variant="default" component={PageLink} to={`/calls/${recording.call}`}>
        {t('live.to_call')}
      </Button>
      {may('recording.delete') && recording.state !== 'recording' && (
        <Button variant="light" color="red" onClick={() => setDeleting(true)}>
          {t('shell.delete')}
        </Button>
      )}
      <DeleteDialog
        name={deleting ? t('live.recording') : null}
        onDelete={async () => {
          await remove.mutateAsync({ id: recording.id })
          void go('/recordings')
        }}
        onClose={() => setDeleting(false)}
      >
        {t('live.delete_recording_text')}
      </DeleteDialog>
    </>
  )
}

function Sound({ recording }: { recording: Recording }) {
  const t = useT()
  const may = useMay()
  if (recording.state !== 'done') {
    return <Alert color={recording.state === 'failed' ? 'red' : 'blue'}>{t(recording.state === 'failed' ? 'live.recording_without' : 'live.recording_runs')}</Alert>
  }
  if (!may('recording.read_audio')) return <Alert color="gray">{t('live.may_not_listen')}</Alert>
  return (
    <Card withBorder>
      <RecordingPlayer id={recording.id} />
      <Group mt="sm" justify="space-between">
        <Text size="xs" c="dimmed">
          {t('live.listening_audited')}
        </Text>
        <DownloadButton path={`recordings/${recording.id}/audio`} name={`${recording.id}.wav`} />
      </Group>
    </Card>
  )
}

function RecordingFacts({ recording }: { recording: Recording }) {
  const t = useT()
  const language = useLanguage()
  return (
    <Facts>
      <Fact label={t('live.began')}>
        <Time at={recording.started_at} />
      </Fact>
      <Fact label={t('live.length')}>{formatDuration(recording.seconds)}</Fact>
      <Fact label={t('live.from')}>
        <Phone number={recording.from} />
      </Fact>
      <Fact label={t('live.to')}>
        <Phone number={recording.to} />
      </Fact>
      <Fact label={t('live.direction')}>{word('direction', recording.direction)}</Fact>
      <Fact label={t('live.user')}>{recording.user && <RecordName collection="users" id={recording.user} link />}</Fact>
      <Fact label={t('live.size')}>{recording.size > 0 && bytes(recording.size, language)}</Fact>
      <Fact label={t('live.sample_rate')}>{recording.sample_rate > 0 && `${recording.sample_rate / 1000} kHz`}</Fact>
      <Fact label={t('live.why_ended')}>{word('recording_reason', recording.reason)}</Fact>
      <Fact label={t('live.missing_packets')}>{recording.missed_packets + recording.unintelligible_packets > 0 && String(recording.missed_packets + recording.unintelligible_packets)}</Fact>
    </Facts>
  )
}

function TranscriptCard({ recording }: { recording: Recording }) {
  const t = useT()
  const may = useMay()
  const { state, reason, due_at } = recording.transcription
  const act = useAction(['recordings'])
  const again = state !== 'running' && recording.state === 'done'
  return (
    <Card withBorder>
      <Group justify="space-between" mb="xs">
        <Group>
          <Title order={2} size="h4">
            {t('live.transcript')}
          </Title>
          <State family="transcription" value={state} reason={reason} />
        </Group>
        {again && may('recording.transcribe') && (
          <Button size="compact-md" variant="default" loading={act.isPending} onClick={() => act.mutate({ path: `recordings/${recording.id}/transcribe` })}>
            {t(state === 'disabled' ? 'live.transcribe' : 'live.transcribe_again')}
          </Button>
        )}
      </Group>
      <ProblemAlert problem={act.error && problemOf(act.error)} />
      {reason && (
        <Text size="sm" c="dimmed">
          {reason}
        </Text>
      )}
      {state === 'waiting' && due_at && (
        <Text size="sm" c="dimmed">
          {t('live.tried_next')} <Time at={due_at} />
        </Text>
      )}
      {state === 'done' && (may('recording.read_transcript') ? <TranscriptText id={recording.id} /> : <Text size="sm">{t('live.may_not_read')}</Text>)}
      {state === 'disabled' && (
        <Text size="sm" c="dimmed">
          {t('live.no_transcript')}
        </Text>
      )}
    </Card>
  )
}

function TranscriptText({ id }: { id: string }) {
  const t = useT()
  const [wanted, setWanted] = useState(false)
  const { data, error, isPending } = useRead<Shown<'Transcript'>>(`recordings/${id}/transcript`, {}, { enabled: wanted })
  if (!wanted) {
    return (
      <Button variant="light" size="compact-md" onClick={() => setWanted(true)}>
        {t('live.read_transcript')}
      </Button>
    )
  }
  if (isPending) return <Loader size="sm" />
  if (!data) return <ProblemAlert problem={problemOf(error)} />
  return (
    <Text size="sm" lang={data.language || undefined} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
      {data.text}
    </Text>
  )
}
