import { Alert, Box, Code, Collapse, Group, ScrollArea, Switch, Text, UnstyledButton, VisuallyHidden } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useT } from '~/i18n'
import { CopyButton } from '~/parts/CopyButton'
import { laneX, ladderOf, offset, type Arrow, type Ladder, type Lane, type Tone } from './ladder'
import type { TraceMessage } from './message'

/** Colours of arrows, readable in both schemes. */
const colors: Record<Tone, string> = {
  request: 'var(--mantine-primary-color-filled)',
  provisional: 'var(--mantine-color-dimmed)',
  success: 'var(--mantine-color-green-7)',
  redirect: 'var(--mantine-color-violet-6)',
  failure: 'var(--mantine-color-red-6)',
}

const laneWidth = 'clamp(130px, 26vw, 190px)'
const timeWidth = 68

interface Props {
  messages: readonly TraceMessage[]
  /** Messages that were not kept. */
  dropped: number
  /** What an address is called: the phone or trunk that is there. */
  nameOf: (address: string) => string
}

/** LadderView draws a call's SIP messages; each opens to its text. */
export function LadderView({ messages, dropped, nameOf }: Props) {
  const t = useT()
  const ladder = useMemo(() => ladderOf(messages), [messages])
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set())
  const toggle = (index: number) => setOpen((was) => flipped(was, index))
  const all = open.size === messages.length
  return (
    <>
      <Group justify="space-between" mb="xs">
        <Text size="sm" c="dimmed">
          {t('live.ladder_messages', { count: messages.length })}
        </Text>
        <Switch
          size="sm"
          label={t('live.ladder_open_all')}
          checked={all}
          onChange={() => setOpen(all ? new Set() : new Set(messages.keys()))}
        />
      </Group>
      <ScrollArea type="auto" tabIndex={0} role="region" aria-label={t('live.ladder')}>
        <Box miw={`calc(${timeWidth}px + ${ladder.lanes.length} * ${laneWidth})`}>
          <Head ladder={ladder} nameOf={nameOf} />
          <Box component="ol" m={0} p={0} style={{ listStyle: 'none' }}>
            {ladder.arrows.map((arrow) => (
              <li key={arrow.index}>
                <Row arrow={arrow} ladder={ladder} nameOf={nameOf} opened={open.has(arrow.index)} onToggle={toggle} />
                <Collapse expanded={open.has(arrow.index)}>
                  {open.has(arrow.index) && <MessageText message={messages[arrow.index]!} />}
                </Collapse>
              </li>
            ))}
          </Box>
        </Box>
      </ScrollArea>
      {dropped > 0 && (
        <Alert color="gray" mt="sm">
          {t('live.ladder_dropped', { count: dropped })}
        </Alert>
      )}
    </>
  )
}

function flipped(was: ReadonlySet<number>, index: number): ReadonlySet<number> {
  const next = new Set(was)
  if (!next.delete(index)) next.add(index)
  return next
}

type NameOf = Props['nameOf']

function Head({ ladder, nameOf }: { ladder: Ladder; nameOf: NameOf }) {
  return (
    <Group gap={0} wrap="nowrap" align="flex-end" pb={4} style={{ borderBottom: '1px solid var(--mantine-color-default-border)' }}>
      <Box w={timeWidth} />
      {ladder.lanes.map((lane) => (
        <Box key={lane.address} flex={1} ta="center" px={4}>
          <LaneName lane={lane} nameOf={nameOf} />
        </Box>
      ))}
    </Group>
  )
}

function LaneName({ lane, nameOf }: { lane: Lane; nameOf: NameOf }) {
  if (!lane.address) return <Text fw={600}>Dialtone</Text>
  const name = nameOf(lane.address)
  return (
    <>
      {name && (
        <Text fw={600} size="sm" truncate>
          {name}
        </Text>
      )}
      <Text size="xs" c="dimmed" ff="monospace">
        {lane.address} {lane.transports.join('/').toUpperCase()}
      </Text>
    </>
  )
}

interface RowProps {
  arrow: Arrow
  ladder: Ladder
  nameOf: NameOf
  opened: boolean
  onToggle: (index: number) => void
}

function Row({ arrow, ladder, nameOf, opened, onToggle }: RowProps) {
  const t = useT()
  const name = (lane: number) => {
    const { address } = ladder.lanes[lane]!
    return address ? nameOf(address) || address : 'Dialtone'
  }
  const words = t('live.ladder_row', { label: labelOf(arrow), from: name(arrow.from), to: name(arrow.to) })
  return (
    <UnstyledButton w="100%" aria-expanded={opened} title={words} onClick={() => onToggle(arrow.index)} className="ladder-row">
      <Group gap={0} wrap="nowrap" align="center">
        <Text w={timeWidth} size="xs" c="dimmed" ta="right" pr={8} ff="monospace">
          {offset(arrow.seconds)}
        </Text>
        <VisuallyHidden>{words}</VisuallyHidden>
        <Box flex={1}>
          <ArrowDrawing arrow={arrow} lanes={ladder.lanes.length} />
        </Box>
      </Group>
    </UnstyledButton>
  )
}

const labelOf = (arrow: Arrow) => [arrow.label, arrow.media && `(${arrow.media})`].filter(Boolean).join(' ')

const shortened = (text: string) => (text.length > 30 ? `${text.slice(0, 29)}…` : text)

const height = 40
const line = 27

/** ArrowDrawing is one message across the lanes. Its places are shares of the width, so that text keeps its shape. */
function ArrowDrawing({ arrow, lanes }: { arrow: Arrow; lanes: number }) {
  const color = colors[arrow.tone]
  const from = laneX(arrow.from, lanes, 100)
  const to = laneX(arrow.to, lanes, 100)
  const back = to > from ? -7 : 7
  return (
    <svg width="100%" height={height} aria-hidden style={{ display: 'block' }}>
      {Array.from({ length: lanes }, (_, lane) => (
        <line key={lane} x1={`${laneX(lane, lanes, 100)}%`} x2={`${laneX(lane, lanes, 100)}%`} y1={0} y2={height} stroke="var(--mantine-color-default-border)" />
      ))}
      <line x1={`${from}%`} x2={`${to}%`} y1={line} y2={line} stroke={color} strokeWidth={1.5} strokeDasharray={arrow.again ? '4 3' : undefined} />
      <svg x={`${to}%`} y={line} overflow="visible">
        <path d={`M0 0l${back} -4v8z`} fill={color} />
      </svg>
      <text x={`${(from + to) / 2}%`} y={line - 7} textAnchor="middle" fontSize={12} fill="currentColor" fontWeight={arrow.tone === 'request' ? 600 : 400}>
        {arrow.label}
        {arrow.media && <tspan className="ladder-media">{` (${shortened(arrow.media)})`}</tspan>}
      </text>
    </svg>
  )
}

/** MessageText is a message as it was, one line a header. */
function MessageText({ message }: { message: TraceMessage }) {
  const t = useT()
  return (
    <Box pos="relative" ml={timeWidth} my={4}>
      <Box pos="absolute" top={4} right={4}>
        <CopyButton value={message.message} label={t('live.message')} />
      </Box>
      <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', maxWidth: 'min(92ch, 84vw)' }}>
        {message.message.trimEnd()}
      </Code>
    </Box>
  )
}
