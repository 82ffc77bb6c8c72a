import { Anchor, Card, Group, Text, Title } from '@mantine/core'
import type { Shown } from '~/api/types'
import { usePath } from '~/api/records'
import { PageLink } from '~/app/account'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { formatDuration } from '~/parts/Time'
import { Listen } from './sound-player'
import { State, word } from './states'

type Recording = Shown<'Recording'>

/** RecordingCard is a recording beside its call. */
export function RecordingCard({ recording }: { recording: Recording }) {
  const t = useT()
  const may = useMay()
  return (
    <Card withBorder>
      <Group mb="xs">
        <Title order={2} size="h4">
          <Anchor inherit component={PageLink} to={`/recordings/${recording.id}`}>
            {t('live.recording')}
          </Anchor>
        </Title>
        <State family="recording" value={recording.state} reason={word('recording_reason', recording.reason)} />
        <Text size="sm" c="dimmed">
          {formatDuration(recording.seconds)}
        </Text>
      </Group>
      {recording.state === 'done' && may('recording.read_audio') && <RecordingPlayer id={recording.id} />}
    </Card>
  )
}

/** RecordingPlayer plays a recording: the caller left, the callee right. */
export function RecordingPlayer({ id }: { id: string }) {
  const t = useT()
  return <Listen path={usePath(`recordings/${id}/audio`)} channels={[t('live.leg_caller'), t('live.leg_callee')]} label={t('live.recording')} />
}
