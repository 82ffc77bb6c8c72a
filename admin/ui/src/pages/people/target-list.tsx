import { ActionIcon, Button, Group, Input, Paper, Stack, Text } from '@mantine/core'
import { ArrowDown, ArrowUp, Plus, X } from 'lucide-react'
import { tMaybe, useT } from '~/i18n'
import { TargetPicker, type Target } from '~/parts/TargetPicker'

/** memberTypes are the targets that ring by themselves. */
const memberTypes = ['user', 'device_line', 'external'] as const
type MemberType = (typeof memberTypes)[number]

interface Props {
  label: string
  description?: string
  /** What stands there without targets. */
  none: string
  add: string
  /** Name of one: 'Member {n}'. */
  one: (n: number) => string
  value: Target[]
  onChange: (value: Target[]) => void
  most: number
  /** Types that can be chosen; a target of another one can only be removed. */
  types?: readonly MemberType[]
  disabled?: boolean
  /** What the API says below the list: 'members[0].id' without 'members' is '[0].id'. */
  error: (field: string) => string
}

/** TargetList edits an ordered list of users, lines of phones and outside numbers. */
export function TargetList({ label, description, none, add, one, value, onChange, most, types = memberTypes, disabled, error }: Props) {
  const t = useT()
  const move = (i: number, by: number) => {
    const next = [...value]
    const [moved] = next.splice(i, 1)
    if (moved) next.splice(i + by, 0, moved)
    onChange(next)
  }
  return (
    <Input.Wrapper label={label} description={description} labelElement="div" error={error('')}>
      <Stack gap="xs" mt="xs">
        {value.length === 0 && (
          <Text size="sm" c="dimmed">
            {none}
          </Text>
        )}
        {value.map((target, i) => (
          <Paper key={i} withBorder p="xs" role="group" aria-label={one(i + 1)}>
            <Group wrap="nowrap" align="flex-start" justify="space-between">
              <div style={{ flex: 1, minWidth: 0 }}>
                {!choosable(target, types) ? (
                  <Text size="sm">
                    {one(i + 1)}: {tMaybe(`shell.target_${target.type}`)}
                  </Text>
                ) : (
                <TargetPicker
                  label={one(i + 1)}
                  value={target}
                  types={types}
                  disabled={disabled}
                  errors={{ '': error(`[${i}]`), id: error(`[${i}].id`), line: error(`[${i}].line`), number: error(`[${i}].number`), type: error(`[${i}].type`) }}
                  onChange={(next) => onChange(value.flatMap((v, j) => (j === i ? (next ? [next] : []) : [v])))}
                />
                )}
              </div>
              {!disabled && (
                <Group gap={2} wrap="nowrap">
                  <ActionIcon variant="subtle" color="gray" disabled={i === 0} aria-label={`${t('people.common_move_up')}: ${one(i + 1)}`} onClick={() => move(i, -1)}>
                    <ArrowUp size={16} aria-hidden />
                  </ActionIcon>
                  <ActionIcon variant="subtle" color="gray" disabled={i === value.length - 1} aria-label={`${t('people.common_move_down')}: ${one(i + 1)}`} onClick={() => move(i, 1)}>
                    <ArrowDown size={16} aria-hidden />
                  </ActionIcon>
                  <ActionIcon variant="subtle" color="gray" aria-label={`${t('shell.remove')}: ${one(i + 1)}`} onClick={() => onChange(value.filter((_, j) => j !== i))}>
                    <X size={16} aria-hidden />
                  </ActionIcon>
                </Group>
              )}
            </Group>
          </Paper>
        ))}
        {!disabled && value.length < most && (
          <Button variant="default" size="xs" leftSection={<Plus size={14} aria-hidden />} style={{ alignSelf: 'flex-start' }} onClick={() => onChange([...value, { type: types[0] ?? 'user' }])}>
            {add}
          </Button>
        )}
      </Stack>
    </Input.Wrapper>
  )
}

const choosable = (target: Target, types: readonly MemberType[]) => types.some((type) => type === target.type)
