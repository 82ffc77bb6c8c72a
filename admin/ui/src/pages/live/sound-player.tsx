import { ActionIcon, Alert, Box, Button, Group, Loader, Slider, Text } from '@mantine/core'
import { Pause, Play } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { request } from '~/api/client'
import { problemOf, readProblem, type Problem } from '~/api/problem'
import { useT } from '~/i18n'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { formatDuration } from '~/parts/Time'
import { decode } from './convert'
import { outline, peaksOf, raised } from './waveform'

const parts = 400
const drawn = { width: 800, height: 56 }

/** Longest sound whose outline is drawn, in bytes: beyond, the browser would need too much memory. */
const maxDrawn = 40 << 20

interface Props {
  path: string
  /** Names of the channels, each of which has an outline of its own. */
  channels?: readonly string[]
  label: string
}

/** Listen is a button that reads and plays a sound: whoever listens is in the audit log. */
export function Listen(props: Props) {
  const t = useT()
  const [wanted, setWanted] = useState(false)
  if (wanted) return <SoundPlayer {...props} autoPlay />
  return (
    <Button variant="light" size="compact-md" leftSection={<Play size={16} aria-hidden />} onClick={() => setWanted(true)}>
      {t('live.listen')}
    </Button>
  )
}

/** SoundPlayer reads a sound of the API and plays it, with its outline. */
export function SoundPlayer({ path, channels = [], label, autoPlay = false }: Props & { autoPlay?: boolean }) {
  const [sound, setSound] = useState<{ url: string; outlines: string[]; seconds: number } | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  useEffect(() => {
    const stop = new AbortController()
    let url = ''
    read(path, stop.signal).then(
      (got) => {
        if (stop.signal.aborted) return
        url = URL.createObjectURL(got.blob)
        setSound({ url, outlines: got.outlines, seconds: got.seconds })
      },
      (err: unknown) => !stop.signal.aborted && setProblem(problemOf(err)),
    )
    return () => {
      stop.abort()
      if (url) URL.revokeObjectURL(url)
      setSound(null)
      setProblem(null)
    }
  }, [path])
  if (problem) return <ProblemAlert problem={problem} />
  if (!sound) return <Loader size="sm" />
  return <Player key={sound.url} {...sound} channels={channels} label={label} autoPlay={autoPlay} />
}

async function read(path: string, signal: AbortSignal) {
  const response = await request(path, { signal, headers: { Accept: 'audio/wav' } })
  if (!response.ok) throw await readProblem(response)
  const blob = await response.blob()
  const buffer = blob.size <= maxDrawn ? await decode(await blob.arrayBuffer()) : null
  const outlines = buffer
    ? Array.from({ length: buffer.numberOfChannels }, (_, i) => outlineOf(buffer.getChannelData(i)))
    : []
  return { blob, outlines, seconds: buffer?.duration ?? 0 }
}

interface PlayerProps {
  url: string
  outlines: string[]
  seconds: number
  channels: readonly string[]
  label: string
  autoPlay: boolean
}

function Player({ url, outlines, seconds, channels, label, autoPlay }: PlayerProps) {
  const t = useT()
  const audio = useRef<HTMLAudioElement>(null)
  const [at, setAt] = useState(0)
  const [length, setLength] = useState(seconds)
  const [playing, setPlaying] = useState(false)
  const [mute, setMute] = useState(false)
  const share = length > 0 ? Math.min(at / length, 1) : 0
  const seek = (to: number) => {
    if (!audio.current) return
    audio.current.currentTime = to
    setAt(to)
  }
  const toggle = () => {
    if (playing) audio.current?.pause()
    else audio.current?.play().catch(() => setMute(true))
  }
  return (
    <Box>
      <audio
        ref={audio}
        src={url}
        preload="auto"
        autoPlay={autoPlay}
        aria-label={label}
        onTimeUpdate={(e) => setAt(e.currentTarget.currentTime)}
        onLoadedMetadata={(e) => Number.isFinite(e.currentTarget.duration) && setLength(e.currentTarget.duration)}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setPlaying(false)}
      />
      <Group wrap="nowrap" align="center" gap="sm">
        <ActionIcon size="lg" radius="xl" onClick={toggle} aria-label={t(playing ? 'live.pause_sound' : 'live.play_sound', { label })}>
          {playing ? <Pause size={18} aria-hidden /> : <Play size={18} aria-hidden />}
        </ActionIcon>
        <Box flex={1} miw={0}>
          {outlines.map((path, i) => (
            <Outline key={i} path={path} share={share} name={channels[i]} onSeek={(to) => seek(to * length)} />
          ))}
          <Slider
            size="xs"
            mt={4}
            min={0}
            max={Math.max(length, 0.1)}
            step={0.1}
            value={at}
            onChange={seek}
            label={formatDuration}
            thumbLabel={t('live.position_in', { label })}
          />
        </Box>
        <Text size="sm" c="dimmed" ff="monospace">
          {formatDuration(at)} / {formatDuration(length)}
        </Text>
      </Group>
      {mute && (
        <Alert color="orange" mt="xs">
          {t('live.cannot_play')}
        </Alert>
      )}
    </Box>
  )
}

interface OutlineProps {
  path: string
  /** How much of it was heard, 0 to 1. */
  share?: number
  name?: string
  onSeek?: (share: number) => void
}

/** Outline is a sound's shape. Its slider is what a keyboard uses. */
export function Outline({ path, share = 0, name, onSeek }: OutlineProps) {
  const id = useMemo(() => `heard-${Math.random().toString(36).slice(2)}`, [])
  return (
    <Box pos="relative">
      {name && (
        <Text size="xs" c="dimmed" pos="absolute" top={0} left={2} style={{ pointerEvents: 'none' }}>
          {name}
        </Text>
      )}
      <svg
        viewBox={`0 0 ${drawn.width} ${drawn.height}`}
        width="100%"
        height={drawn.height}
        preserveAspectRatio="none"
        aria-hidden
        style={{ display: 'block', cursor: onSeek ? 'pointer' : undefined }}
        onClick={(e) => {
          const box = e.currentTarget.getBoundingClientRect()
          onSeek?.(Math.min(Math.max((e.clientX - box.left) / box.width, 0), 1))
        }}
      >
        <clipPath id={id}>
          <rect width={share * drawn.width} height={drawn.height} />
        </clipPath>
        <path d={path} fill="var(--mantine-color-gray-5)" />
        <path d={path} fill="var(--mantine-primary-color-filled)" clipPath={`url(#${id})`} />
      </svg>
    </Box>
  )
}

/** outlineOf draws samples for Outline. */
export const outlineOf = (samples: Float32Array) => outline(raised(peaksOf(samples, parts)), drawn.width, drawn.height)
