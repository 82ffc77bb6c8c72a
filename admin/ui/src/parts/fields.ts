import { usePatch } from '~/api/records'
import { useMay } from '~/app/session'
import type { Stored } from '~/api/types'

/** Bound is a field of a record, for the settings parts. */
export interface Bound<V> {
  /** Name of the field, for problems. */
  name: string
  value: V
  disabled: boolean
  save: (value: V | null) => Promise<unknown>
}

/**
 * useFields binds the fields of a record to the settings parts:
 * `<ToggleSetting label=… {...field('recording_enabled')} />`.
 */
export function useFields<T extends Stored>(collection: string, record: T, event: string) {
  const patch = usePatch<string, T>(collection)
  const allowed = useMay()(event)
  return <K extends keyof T & string>(name: K): Bound<T[K]> => ({
    name,
    value: record[name],
    disabled: !allowed,
    save: (value) => patch.mutateAsync({ record, changes: { [name]: value }, optimistic: typeof value !== 'string' }),
  })
}
