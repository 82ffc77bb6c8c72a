import { ActionIcon, Button, Group, Input, Stack, Text, TextInput } from '@mantine/core'
import { Plus, X } from 'lucide-react'
import { useT } from '~/i18n'
import type { Holiday } from './hours'

interface Props {
  value: Holiday[]
  onChange: (value: Holiday[]) => void
  /** What the API says of a field: 'holidays[0].from'. */
  error: (field: string) => string
}

/** HolidaysEditor edits the days a schedule is closed all the same. */
export function HolidaysEditor({ value, onChange, error }: Props) {
  const t = useT()
  const set = (i: number, changes: Partial<Holiday>) => onChange(value.map((h, j) => (j === i ? { ...h, ...changes } : h)))
  return (
    <Input.Wrapper
      label={t('people.schedule_holidays')}
      description={t('people.schedule_holidays_hint')}
      labelElement="div"
      error={error('holidays')}
    >
      <Stack gap="xs" mt="xs">
        {value.length === 0 && (
          <Text size="sm" c="dimmed">
            {t('people.schedule_holidays_none')}
          </Text>
        )}
        {value.map((holiday, i) => (
          <Group key={i} align="flex-start" gap="xs" role="group" aria-label={`${t('people.schedule_holidays')} ${i + 1}`}>
            <TextInput
              label={t('people.schedule_holidays_name')}
              name={`holidays[${i}].name`}
              value={holiday.name ?? ''}
              maxLength={100}
              error={error(`holidays[${i}].name`)}
              style={{ flex: '1 1 120px' }}
              onChange={(e) => set(i, { name: e.currentTarget.value })}
            />
            <TextInput
              type="date"
              label={t('people.schedule_holidays_from')}
              name={`holidays[${i}].from`}
              value={holiday.from}
              error={error(`holidays[${i}].from`)}
              style={{ flex: '0 1 150px' }}
              onChange={(e) => set(i, { from: e.currentTarget.value })}
            />
            <TextInput
              type="date"
              label={t('people.schedule_holidays_to')}
              name={`holidays[${i}].to`}
              value={holiday.to ?? ''}
              min={holiday.from}
              error={error(`holidays[${i}].to`)}
              style={{ flex: '0 1 150px' }}
              onChange={(e) => set(i, { to: e.currentTarget.value })}
            />
            <ActionIcon
              mt={28}
              variant="subtle"
              color="gray"
              aria-label={t('people.schedule_holidays_remove', { n: i + 1 })}
              onClick={() => onChange(value.filter((_, j) => j !== i))}
            >
              <X size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <Button
          variant="default"
          size="xs"
          leftSection={<Plus size={14} aria-hidden />}
          style={{ alignSelf: 'flex-start' }}
          onClick={() => onChange([...value, { name: '', from: '', to: '' }])}
        >
          {t('people.schedule_holidays_add')}
        </Button>
      </Stack>
    </Input.Wrapper>
  )
}
