import { ActionIcon, Button, Chip, Group, Input, Paper, Stack, Text, TextInput } from '@mantine/core'
import { Plus, X } from 'lucide-react'
import { tMaybe, useT } from '~/i18n'
import { days, inOrder, overnight, rangeFault, tidyTime, type WeeklyRange } from './hours'
import { Marks } from './marks'
import { WeekPicture } from './week-picture'

interface Props {
  value: WeeklyRange[]
  onChange: (value: WeeklyRange[]) => void
  /** What the API says of a field: 'weekly[0].from'. */
  error: (field: string) => string
  /** Show what is missing before it was sent. */
  strict: boolean
}

const officeHours: WeeklyRange = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00' }

/** HoursEditor edits the weekly open hours, and draws the week they make. */
export function HoursEditor({ value, onChange, error, strict }: Props) {
  const t = useT()
  const set = (i: number, changes: Partial<WeeklyRange>) => onChange(value.map((r, j) => (j === i ? { ...r, ...changes } : r)))
  return (
    <Input.Wrapper label={t('people.schedule_weekly')} labelElement="div" error={error('weekly')}>
      <Stack gap="xs" mt={4}>
        {value.length === 0 && (
          <Text size="sm" c="dimmed">
            {t('people.schedule_weekly_none')}
          </Text>
        )}
        {value.map((range, i) => (
          <RangeRow
            key={i}
            n={i + 1}
            range={range}
            error={(field) => error(`weekly[${i}].${field}`)}
            strict={strict}
            onChange={(changes) => set(i, changes)}
            onRemove={() => onChange(value.filter((_, j) => j !== i))}
          />
        ))}
        <Button
          variant="default"
          size="xs"
          leftSection={<Plus size={14} aria-hidden />}
          style={{ alignSelf: 'flex-start' }}
          onClick={() => onChange([...value, value.length === 0 ? officeHours : { days: [], from: '09:00', to: '12:00' }])}
        >
          {t('people.schedule_weekly_add')}
        </Button>
        <WeekPicture weekly={value} />
      </Stack>
    </Input.Wrapper>
  )
}

interface RowProps {
  n: number
  range: WeeklyRange
  error: (field: string) => string
  strict: boolean
  onChange: (changes: Partial<WeeklyRange>) => void
  onRemove: () => void
}

function RangeRow({ n, range, error, strict, onChange, onRemove }: RowProps) {
  const t = useT()
  const fault = strict ? rangeFault(range) : null
  const wrong = (field: 'days' | 'from' | 'to') => {
    if (fault === field || (fault === 'same' && field === 'to')) return tMaybe(`people.schedule_weekly_fault_${fault}`)
    return error(field)
  }
  const time = (field: 'from' | 'to', label: string) => (
    <TextInput
      label={label}
      name={`weekly[${n - 1}].${field}`}
      value={range[field]}
      placeholder={field === 'from' ? '09:00' : '17:00'}
      inputMode="numeric"
      w={96}
      maxLength={5}
      error={wrong(field)}
      onChange={(e) => onChange({ [field]: e.currentTarget.value })}
      onBlur={(e) => onChange({ [field]: tidyTime(e.currentTarget.value) })}
    />
  )
  return (
    <Paper withBorder p="xs" role="group" aria-label={`${t('people.schedule_weekly')} ${n}`}>
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <Stack gap="xs">
          <Chip.Group multiple value={range.days} onChange={(chosen) => onChange({ days: inOrder(chosen) })}>
            <Group gap={4} role="group" aria-label={t('people.schedule_weekly_days')}>
              {days.map((day) => (
                <Chip key={day} value={day} size="xs">
                  {tMaybe(`people.schedule_day_${day}`)}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
          <Marks fields={[`weekly[${n - 1}].days`]} />
          {wrong('days') && <Input.Error>{wrong('days')}</Input.Error>}
          <Group align="flex-start">
            {time('from', t('people.schedule_weekly_from'))}
            {time('to', t('people.schedule_weekly_to'))}
            {overnight(range) && (
              <Text size="sm" c="dimmed" pt={30}>
                {t('people.schedule_weekly_overnight')}
              </Text>
            )}
          </Group>
        </Stack>
        <ActionIcon variant="subtle" color="gray" aria-label={t('people.schedule_weekly_remove', { n })} onClick={onRemove}>
          <X size={16} aria-hidden />
        </ActionIcon>
      </Group>
    </Paper>
  )
}
