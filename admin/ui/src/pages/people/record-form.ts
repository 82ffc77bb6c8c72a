import { useState } from 'react'
import { useCreate, usePatch, useRecord } from '~/api/records'
import type { Stored } from '~/api/types'
import { useSearchText } from '~/app/search'
import { changedFields } from './changed'

/**
 * useSubmit saves a form: as a new record, or the fields that differ from the record as
 * it was when the form was opened, so that what somebody else changed meanwhile is found.
 */
export function useSubmit<T extends Stored>(collection: string, record: T | null) {
  const [base] = useState(record)
  const create = useCreate<string, T>(collection)
  const patch = usePatch<string, T>(collection)
  return async (values: Record<string, unknown>, key: string): Promise<T> => {
    if (!base) return create.mutateAsync({ body: values, key })
    const changes = changedFields(base, values)
    return Object.keys(changes).length === 0 ? base : patch.mutateAsync({ record: base, changes })
  }
}

const fresh = 'new'

/** useOpened keeps in the address which record's dialog is open: ?open=new or its identifier. */
export function useOpened<T extends Stored>(collection: string, name = 'open') {
  const [id, set] = useSearchText(name)
  const record = useRecord<string, T>(collection, id === fresh ? null : id)
  return {
    creating: id === fresh,
    record: id && id !== fresh ? (record.data ?? null) : null,
    create: () => set(fresh),
    open: (r: Stored) => set(r.id),
    close: () => set(''),
  }
}
