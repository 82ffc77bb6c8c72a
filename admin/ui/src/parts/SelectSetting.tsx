import { Select, type ComboboxData } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Bound } from './fields'
import { useSave } from './useSave'

interface Props extends Bound<string | null> {
  label: string
  description?: ReactNode
  data: ComboboxData
  placeholder?: string
  searchable?: boolean
  /** May be emptied: null. */
  clearable?: boolean
}

/** SelectSetting saves a choice at once and goes back when it is refused. */
export function SelectSetting({ name, value, disabled, save, label, description, ...select }: Props) {
  const { run, error } = useSave()
  return (
    <Select
      label={label}
      description={description}
      name={name}
      value={value || null}
      disabled={disabled}
      error={error(name)}
      allowDeselect={false}
      limit={200}
      onChange={(next) => next !== value && void run(() => save(next))}
      {...select}
    />
  )
}
