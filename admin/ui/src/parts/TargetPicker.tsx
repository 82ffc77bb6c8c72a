import { Group, NumberInput, Select, Stack, TextInput } from '@mantine/core'
import type { components } from '~/api/schema'
import { useT, type TextKey } from '~/i18n'
import { ReferencePicker } from './ReferencePicker'

/** Target is where an extension, a number or an overflow goes (interface.md, Targets). */
export type Target = Partial<components['schemas']['Target']> & { type: string }

export const targetTypes = ['user', 'ring_group', 'call_queue', 'device_line', 'fax', 'park', 'external'] as const
type TargetType = (typeof targetTypes)[number]

const collections: Partial<Record<TargetType, string>> = {
  user: 'users',
  ring_group: 'ring_groups',
  call_queue: 'call_queues',
  device_line: 'devices',
  fax: 'numbers',
}

interface Props {
  label: string
  value: Target | null
  onChange: (target: Target | null) => void
  /** Types that can be chosen; all by default. */
  types?: readonly TargetType[]
  clearable?: boolean
  disabled?: boolean
  /** The API's words by field of the target: {id: '…'}; '' is the target's own. */
  errors?: Record<string, string>
}

/** targetErrors are the problems of a form's errors below one field: 'target.id' → {id}. */
export function targetErrors(errors: Record<string, unknown>, field: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(errors)
      .filter(([name]) => name === field || name.startsWith(`${field}.`))
      .map(([name, text]) => [name.slice(field.length + 1), String(text)]),
  )
}

/** TargetPicker chooses a target: its type, then what that type needs. */
export function TargetPicker({ label, value, onChange, types = targetTypes, clearable, disabled, errors = {} }: Props) {
  const t = useT()
  const type = value?.type as TargetType | undefined
  const set = (changes: Partial<Target>) => value && onChange({ ...value, ...changes })
  const collection = type && collections[type]
  return (
    <Stack gap="xs">
      <Select
        label={label}
        data={types.map((k) => ({ value: k, label: t(`shell.target_${k}` as TextKey) }))}
        value={type ?? null}
        placeholder={t('shell.target_none')}
        onChange={(next) => onChange(next ? begin(next as TargetType) : null)}
        clearable={clearable}
        allowDeselect={false}
        disabled={disabled}
        error={errors[''] || errors.type}
      />
      {collection && (
        <Group grow align="flex-start">
          <ReferencePicker
            collection={collection}
            aria-label={t(`shell.target_${type}` as TextKey)}
            placeholder={t('shell.type_to_search')}
            value={value?.id}
            onChange={(id) => set({ id: id ?? undefined })}
            allow={type === 'fax' ? faxNumbers : undefined}
            disabled={disabled}
            error={errors.id}
          />
          {type === 'device_line' && (
            <NumberInput aria-label={t('shell.target_line')} min={1} max={24} value={value?.line ?? 1} onChange={(n) => set({ line: Number(n) })} disabled={disabled} error={errors.line} prefix={`${t('shell.target_line')} `} />
          )}
        </Group>
      )}
      {type === 'park' && (
        <Group grow align="flex-start">
          <NumberInput label={t('shell.target_first')} min={1} max={99} value={value?.first ?? 1} onChange={(n) => set({ first: Number(n) })} disabled={disabled} error={errors.first} />
          <NumberInput label={t('shell.target_last')} min={1} max={99} value={value?.last ?? 20} onChange={(n) => set({ last: Number(n) })} disabled={disabled} error={errors.last} />
        </Group>
      )}
      {type === 'external' && (
        <TextInput aria-label={t('shell.target_number')} type="tel" placeholder="+12125550100" value={value?.number ?? ''} onChange={(e) => set({ number: e.currentTarget.value })} disabled={disabled} error={errors.number} />
      )}
    </Stack>
  )
}

const faxNumbers = (r: Record<string, unknown>) => r.fax_enabled === true

function begin(type: TargetType): Target {
  if (type === 'park') return { type, first: 1, last: 20 }
  if (type === 'device_line') return { type, line: 1 }
  return { type }
}
