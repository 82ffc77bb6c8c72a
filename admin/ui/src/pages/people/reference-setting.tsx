import { useState, type ReactNode } from 'react'
import type { Query } from '~/api/client'
import type { Bound } from '~/parts/fields'
import { ReferencePicker } from '~/parts/ReferencePicker'
import { useSave } from '~/parts/useSave'

interface Props extends Bound<string | null> {
  label: string
  description?: ReactNode
  /** What no choice means. */
  placeholder?: string
  collection: string
  query?: Query
  show?: (r: Record<string, unknown> & { id: string }) => string
  allow?: (r: Record<string, unknown> & { id: string }) => boolean
}

/** ReferenceSetting chooses a record and saves at once; empty is null. */
export function ReferenceSetting({ name, value, disabled, save, ...picker }: Props) {
  const { run, error, busy } = useSave()
  const [shown, setShown] = useState<{ id: string | null } | null>(null)

  async function choose(id: string | null) {
    setShown({ id }) // at once; taken back when it is refused
    await run(() => save(id))
    setShown(null)
  }

  return (
    <ReferencePicker
      {...picker}
      name={name}
      clearable
      disabled={disabled || busy}
      value={shown ? shown.id : value}
      error={error(name)}
      onChange={(id) => id !== value && void choose(id)}
    />
  )
}
