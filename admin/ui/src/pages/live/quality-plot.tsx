import { Box, Group, SimpleGrid, Text } from '@mantine/core'
import { tMaybe, useT } from '~/i18n'
import { StatusBadge, type Tone } from '~/parts/StatusBadge'
import { bands, gaugesOf, place, trimmed, verdictOf, type Gauge, type LegMedia, type Verdict } from './quality'

const tones: Record<Verdict, Tone> = { good: 'good', fair: 'busy', poor: 'warning', bad: 'bad', unknown: 'neutral' }

const fills: Record<Verdict, string> = {
  good: 'var(--mantine-color-green-6)',
  fair: 'var(--mantine-color-blue-5)',
  poor: 'var(--mantine-color-orange-6)',
  bad: 'var(--mantine-color-red-6)',
  unknown: 'var(--mantine-color-gray-5)',
}

/** QualityPlot shows on scales how what one side sent was heard. */
export function QualityPlot({ leg }: { leg: LegMedia }) {
  const t = useT()
  const verdict = verdictOf(leg.mos)
  const [mos, ...others] = gaugesOf(leg)
  return (
    <Box>
      <Group justify="space-between" mb={4}>
        <Text size="sm" fw={600}>
          {t('live.quality')}
        </Text>
        <StatusBadge tone={tones[verdict]} label={tMaybe(`live.verdict_${verdict}`) ?? verdict} />
      </Group>
      <MosScale gauge={mos!} />
      <SimpleGrid cols={3} spacing="xs" mt="xs">
        {others.map((gauge) => (
          <GaugeBar key={gauge.key} gauge={gauge} />
        ))}
      </SimpleGrid>
    </Box>
  )
}

const width = 300

/** MosScale is the scale from 1 to 4.5 with its bands and a mark. */
function MosScale({ gauge }: { gauge: Gauge }) {
  const t = useT()
  const x = (mos: number) => place(mos, 1, 4.5) * width
  return (
    <svg viewBox={`-12 0 ${width + 24} 36`} width="100%" role="img" aria-label={t('live.mos_is', { value: gauge.text })}>
      {bands.map((band, i) => {
        const end = bands[i + 1]?.from ?? 4.5
        return (
          <g key={band.verdict}>
            <rect x={x(band.from)} width={x(end) - x(band.from)} y={14} height={8} fill={fills[band.verdict]} opacity={0.55} />
            <text x={x(band.from)} y={33} fontSize={9} textAnchor="middle" fill="var(--mantine-color-dimmed)">
              {trimmed(band.from, 1)}
            </text>
          </g>
        )
      })}
      <text x={width} y={33} fontSize={9} textAnchor="middle" fill="var(--mantine-color-dimmed)">
        4.5
      </text>
      {gauge.at !== null && (
        <g transform={`translate(${gauge.at * width} 0)`}>
          <path d="M0 13l-5 -8h10z" fill="currentColor" />
          <rect x={-1} y={12} width={2} height={12} fill="currentColor" />
        </g>
      )}
    </svg>
  )
}

/** GaugeBar is a figure with a bar: full is as good as it gets. */
function GaugeBar({ gauge }: { gauge: Gauge }) {
  const label = tMaybe(`live.gauge_${gauge.key}`) ?? gauge.key
  return (
    <Box>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text size="sm">{gauge.text}</Text>
      <svg viewBox="0 0 100 6" width="100%" height={6} preserveAspectRatio="none" aria-hidden style={{ display: 'block' }}>
        <rect width={100} height={6} rx={2} fill="var(--mantine-color-default-border)" />
        {gauge.at !== null && <rect width={Math.max(gauge.at * 100, 2)} height={6} rx={2} fill={fills[gauge.verdict]} />}
      </svg>
    </Box>
  )
}
