import { Box, Text } from '@mantine/core'
import { tMaybe, useT } from '~/i18n'
import { days, stretches, type Stretch, type WeeklyRange } from './hours'

const dayMinutes = 24 * 60

/** WeekPicture draws the open hours of a week, a line a day; its text says the same. */
export function WeekPicture({ weekly }: { weekly: WeeklyRange[] }) {
  const t = useT()
  return (
    <Box component="table" w="100%" style={{ borderSpacing: '0 2px' }} aria-label={t('people.schedule_week')}>
      <tbody>
        {days.map((day) => {
          const open = stretches(weekly, day)
          return (
            <tr key={day}>
              <Text component="th" scope="row" size="xs" c="dimmed" ta="start" w={40} fw={400}>
                {tMaybe(`people.schedule_day_${day}`)}
              </Text>
              <td>
                <Line open={open} />
              </td>
              <Text component="td" size="xs" c="dimmed" w={170} pl="xs" style={{ fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap' }}>
                {open.length === 0 ? t('people.schedule_week_closed') : open.map(hours).join(', ')}
              </Text>
            </tr>
          )
        })}
      </tbody>
    </Box>
  )
}

function Line({ open }: { open: Stretch[] }) {
  return (
    <Box pos="relative" h={10} bdrs="sm" bg="var(--mantine-color-default-hover)" aria-hidden style={{ overflow: 'hidden' }}>
      {open.map(({ from, to }) => (
        <Box
          key={from}
          pos="absolute"
          h="100%"
          bg="var(--mantine-primary-color-filled)"
          left={`${(from / dayMinutes) * 100}%`}
          w={`${((to - from) / dayMinutes) * 100}%`}
        />
      ))}
    </Box>
  )
}

const clock = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
const hours = ({ from, to }: Stretch) => `${clock(from)}–${clock(to)}`
