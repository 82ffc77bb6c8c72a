import { Switch } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Bound } from './fields'
import { useSave } from './useSave'

interface Props extends Bound<boolean> {
  label: string
  description?: ReactNode
}

/** ToggleSetting saves at once and goes back when it is refused. */
export function ToggleSetting({ name, value, disabled, save, label, description }: Props) {
  const { run, error } = useSave()
  return (
    <Switch
      label={label}
      description={description}
      name={name}
      checked={value}
      disabled={disabled}
      error={error(name)}
      onChange={(e) => {
        const next = e.currentTarget.checked
        void run(() => save(next))
      }}
    />
  )
}
