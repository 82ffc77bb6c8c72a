import { useEffect, useState } from 'react'
import { useCreate, usePatch, useRecord } from '~/api/records'
import type { Stored } from '~/api/types'
import { useGo } from '~/app/account'
import { useSearchText } from '~/app/search'
import { problemOf, Problem } from '~/api/problem'
import { changedFields } from './changed'

/**
 * useSubmit saves a form: as a new record, or the fields that differ from the record as
 * it was when the form was opened, so that what somebody else changed meanwhile is found.
 * What is wrong with an element of one of `lists` stands at the list's one input.
 */
export function useSubmit<T extends Stored>(collection: string, record: T | null, lists: readonly string[] = []) {
  const [base] = useState(record)
  const create = useCreate<string, T>(collection)
  const patch = usePatch<string, T>(collection)
  return async (values: Record<string, unknown>, key: string): Promise<T> => {
    try {
      if (!base) return await create.mutateAsync({ body: values, key })
      const changes = changedFields(base, values)
      return Object.keys(changes).length === 0 ? base : await patch.mutateAsync({ record: base, changes })
    } catch (err) {
      throw atLists(problemOf(err), lists)
    }
  }
}

function atLists(p: Problem, lists: readonly string[]): Problem {
  const errors = p.errors.map((e) => {
    const list = lists.find((l) => e.field.startsWith(`${l}[`))
    return list ? { ...e, field: list } : e
  })
  return new Problem(p.status, { ...p.body, code: p.code, title: p.title, errors }, p.retryAfter)
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

/**
 * useGoNext opens a page once a dialog's form has been saved: not from within the saving,
 * when its text still counts as unsaved.
 */
export function useGoNext(): (page: string) => void {
  const go = useGo()
  const [page, setPage] = useState('')
  useEffect(() => {
    if (!page) return
    setPage('')
    void go(page)
  }, [page, go])
  return setPage
}
