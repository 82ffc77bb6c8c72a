import { Alert, Button, Card, Group, Loader, SegmentedControl, Stack, Text, Title } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { problemOf } from '~/api/problem'
import { usePath, useRecord, useRemove } from '~/api/records'
import type { Row } from '~/api/types'
import { useGo } from '~/app/account'
import { useMay } from '~/app/session'
import { useLanguage, useT } from '~/i18n'
import { DeleteDialog } from '~/parts/ConfirmDialog'
import { PageHeader } from '~/parts/PageHeader'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { TextSetting } from '~/parts/TextSetting'
import { formatDuration, Time } from '~/parts/Time'
import { useFields } from '~/parts/fields'
import { ClipDialog } from './clip-dialog'
import { loudness } from './clips'
import { Fact, Facts } from './facts'
import { bytes } from './format'
import './live.css'
import { SoundPlayer } from './sound-player'

type Clip = Row<'audio_clips'>

/** Clip is one piece of music or an announcement, to be heard as a telephone plays it. */
export default function Clip() {
  const t = useT()
  const { id = '' } = useParams({ strict: false }) as { id?: string }
  const { data: clip, error, isPending } = useRecord('audio_clips', id)
  const trail = [{ to: '/audio_clips', label: t('live.clips') }]
  if (isPending) return <Loader />
  if (!clip) {
    return (
      <>
        <PageHeader title={t('live.clip')} trail={trail} />
        <ProblemAlert problem={problemOf(error)} />
      </>
    )
  }
  return (
    <>
      <PageHeader title={clip.name} trail={trail} actions={<Actions clip={clip} />} />
      <Stack>
        <Heard clip={clip} />
        <ClipFacts clip={clip} />
      </Stack>
    </>
  )
}

function Actions({ clip }: { clip: Clip }) {
  const t = useT()
  const may = useMay()
  const go = useGo()
  const remove = useRemove('audio_clips')
  const [open, setOpen] = useState<'' | 'replace' | 'delete'>('')
  return (
    <>
      {may('audio_clip.update') && (
        <Button variant="default" onClick={() => setOpen('replace')}>
          {t('live.replace_sound')}
        </Button>
      )}
      {may('audio_clip.delete') && (
        <Button variant="light" color="red" onClick={() => setOpen('delete')}>
          {t('shell.delete')}
        </Button>
      )}
      {open === 'replace' && <ClipDialog clip={clip} onClose={() => setOpen('')} />}
      <DeleteDialog
        name={open === 'delete' ? clip.name : null}
        onDelete={async () => {
          await remove.mutateAsync(clip)
          void go('/audio_clips')
        }}
        onClose={() => setOpen('')}
      >
        {t('live.delete_clip_text')}
      </DeleteDialog>
    </>
  )
}

/** Heard plays the clip in the codec of a phone. */
function Heard({ clip }: { clip: Clip }) {
  const t = useT()
  const [codec, setCodec] = useState('pcmu')
  const path = usePath(`audio_clips/${clip.id}/audio`)
  return (
    <Card withBorder>
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h4">
          {t('live.as_heard')}
        </Title>
        <SegmentedControl
          size="xs"
          aria-label={t('live.codec')}
          value={codec}
          onChange={setCodec}
          data={[{ value: 'pcmu', label: 'G.711 µ' }, { value: 'pcma', label: 'G.711 A' }, { value: 'g722', label: 'G.722' }]}
        />
      </Group>
      <SoundPlayer path={`${path}?codec=${codec}`} key={codec + clip.sha256} label={clip.name} />
      <Text size="xs" c="dimmed" mt="xs">
        {t('live.as_heard_text')}
      </Text>
    </Card>
  )
}

function ClipFacts({ clip }: { clip: Clip }) {
  const t = useT()
  const language = useLanguage()
  const field = useFields<Clip>('audio_clips', clip, 'audio_clip.update')
  return (
    <Card withBorder>
      <Stack>
        <TextSetting label={t('live.name')} maxLength={100} {...field('name')} />
        <Facts>
          <Fact label={t('live.length')}>{formatDuration(clip.duration_ms / 1000)}</Fact>
          <Fact label={t('live.format')}>{clip.format.toUpperCase()}</Fact>
          <Fact label={t('live.size')}>{bytes(clip.size, language)}</Fact>
          <Fact label={t('live.loudness')}>{loudness(clip.loudness_lufs, t('live.silent'))}</Fact>
          <Fact label={t('live.changed_at')}>
            <Time at={clip.updated_at} />
          </Fact>
        </Facts>
        {clip.loudness_lufs === null && (
          <Alert color="orange" variant="light">
            {t('live.silent_text')}
          </Alert>
        )}
      </Stack>
    </Card>
  )
}
