import type { ReactNode } from 'react'
import type { Bound } from './fields'
import { ReferencePicker } from './ReferencePicker'
import { useSave } from './useSave'

interface Props extends Bound<string | null> {
  label: string
  description?: ReactNode
  /** 'numbers', or a whole path. */
  collection: string
  placeholder?: string
  allow?: (r: Record<string, unknown>) => boolean
}

/** ReferenceSetting saves a choice among the records of a collection at once; emptied it is null. */
export function ReferenceSetting({ name, value, disabled, save, label, ...picker }: Props) {
  const { run, error } = useSave()
  return (
    <ReferencePicker
      label={label}
      name={name}
      value={value}
      disabled={disabled}
      error={error(name)}
      clearable
      onChange={(id) => id !== value && void run(() => save(id))}
      {...picker}
    />
  )
}
