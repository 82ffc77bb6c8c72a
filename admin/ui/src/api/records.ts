import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type QueryClient,
  type QueryKey,
} from '@tanstack/react-query'
import { useMemo } from 'react'
import { useAccountID } from '~/app/account'
import { useStale } from '~/app/stale'
import { send, type Query } from './client'
import { newKey } from './key'
import { Problem } from './problem'
import type { Page, Row, Stored } from './types'

/** How many rows a request of a list takes, which is the API's most. */
const pageSize = 100

/** useAll stops here: a list that may be longer is searched on the server. */
const allLimit = 1000

/** listKey, recordKey: where the cache keeps a list and a record; the path comes first. */
export const listKey = (path: string, query: Query = {}): QueryKey => [path, 'list', query]
export const recordKey = (path: string, id: string): QueryKey => [path, 'record', id]

/** usePath is a collection's path: relative names are the account's, '/v1/…' is taken as it is. */
export function usePath(collection: string): string {
  const account = useAccountID()
  return collection.startsWith('/') ? collection : `/v1/accounts/${account}/${collection}`
}

interface ListOptions {
  enabled?: boolean
  /** Milliseconds between looks, for what no event tells of. */
  refetchInterval?: number
}

/** useList is the first page of a collection. */
export function useList<C extends string, T = Row<C>>(collection: C, query: Query = {}, options: ListOptions = {}) {
  const path = usePath(collection)
  return useQuery({
    queryKey: listKey(path, query),
    queryFn: ({ signal }) => send<Page<T>>('GET', path, { query, signal }),
    placeholderData: keepPreviousData,
    ...options,
  })
}

/** useInfinite is a collection page after page; `rows` are those loaded so far. */
export function useInfinite<C extends string, T = Row<C>>(collection: C, query: Query = {}, options: ListOptions = {}) {
  const path = usePath(collection)
  const result = useInfiniteQuery({
    queryKey: [path, 'pages', query],
    queryFn: ({ pageParam, signal }) =>
      send<Page<T>>('GET', path, { query: { limit: pageSize, ...query, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
    ...options,
  })
  const pages = result.data?.pages
  const rows = useMemo(() => pages?.flatMap((p) => p.data ?? []) ?? [], [pages])
  return { ...result, rows }
}

/** useAll is a whole collection, up to 1,000 records: for pickers and small lists. */
export function useAll<C extends string, T = Row<C>>(collection: C, query: Query = {}, options: ListOptions = {}) {
  const path = usePath(collection)
  return useQuery({
    queryKey: [path, 'all', query],
    queryFn: ({ signal }) => readAll<T>(path, query, signal),
    placeholderData: keepPreviousData,
    ...options,
  })
}

async function readAll<T>(path: string, query: Query, signal: AbortSignal): Promise<T[]> {
  const rows: T[] = []
  let cursor: string | null = ''
  while (cursor !== null && rows.length < allLimit) {
    const page: Page<T> = await send('GET', path, { query: { limit: pageSize, ...query, cursor }, signal })
    rows.push(...(page.data ?? []))
    cursor = page.next
  }
  return rows
}

/** useRecord is one record; an empty id reads nothing. */
export function useRecord<C extends string, T = Row<C>>(collection: C, id: string | null | undefined, options: ListOptions = {}) {
  const path = usePath(collection)
  return useQuery({
    queryKey: recordKey(path, id ?? ''),
    queryFn: ({ signal }) => send<T>('GET', `${path}/${id}`, { signal }),
    ...options,
    enabled: Boolean(id) && (options.enabled ?? true),
  })
}

/** useRead is the answer of any GET below the account: 'fax_limits'. */
export function useRead<T>(path: string, query: Query = {}, options: ListOptions = {}) {
  const whole = usePath(path)
  return useQuery({
    queryKey: [whole, 'read', query],
    queryFn: ({ signal }) => send<T>('GET', whole, { query, signal }),
    ...options,
  })
}

/** useAccountRecord is the account on screen. */
export function useAccountRecord() {
  return useRecord<'/v1/accounts', import('./types').Shown<'Account'>>('/v1/accounts', useAccountID())
}

/**
 * useCreate creates. A new Idempotency-Key belongs to every dialog, so that a double
 * click or a lost answer makes one record: pass `key` from useIdempotencyKey.
 */
export function useCreate<C extends string, T = Row<C>>(collection: C) {
  const path = usePath(collection)
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ body, key }: { body: unknown; key?: string }) =>
      send<T>('POST', path, { body, idempotencyKey: key ?? newKey() }),
    onSuccess: () => void refresh(client, path),
  })
}

/** Change is what a PATCH of a record takes. */
export interface Change<T> {
  /** The record as it was shown; its revision must still be the one stored. */
  record: T
  changes: Partial<T> | Record<string, unknown>
  /** Show the change at once, and take it back when it is refused. */
  optimistic?: boolean
}

/**
 * usePatch changes a record. When somebody else changed it meanwhile (412) the person
 * is asked, field by field, and the choice is saved; giving up ends with a cancelled
 * Problem.
 */
export function usePatch<C extends string, T extends Stored = Row<C> & Stored>(collection: C) {
  const path = usePath(collection)
  const client = useQueryClient()
  const askStale = useStale()
  return useMutation({
    mutationFn: async ({ record, changes }: Change<T>) => {
      let revision = record.revision
      let body: Record<string, unknown> = changes
      for (;;) {
        try {
          return await send<T>('PATCH', `${path}/${record.id}`, { body, revision })
        } catch (err) {
          if (!(err instanceof Problem) || !err.stale) throw err
          const theirs = await send<T>('GET', `${path}/${record.id}`)
          client.setQueryData(recordKey(path, record.id), theirs)
          body = await askStale(theirs as unknown as Record<string, unknown>, body)
          revision = theirs.revision
          if (Object.keys(body).length === 0) return theirs
        }
      }
    },
    onMutate: ({ record, changes, optimistic }) => (optimistic ? show(client, path, record.id, changes) : undefined),
    onError: (_err, _change, before) => before?.forEach(([key, data]) => client.setQueryData(key, data)),
    onSuccess: (saved, { record }) => client.setQueryData(recordKey(path, record.id), unsecret(saved)),
    onSettled: () => void refresh(client, path),
  })
}

/** unsecret leaves out what is shown once: it is not kept behind the dialog that showed it. */
function unsecret<T extends object>(saved: T): T {
  return Object.fromEntries(Object.entries(saved).filter(([name]) => !['password', 'secret', 'key'].includes(name))) as T
}

/** show puts changes into every cached copy of a record, and gives what was there. */
function show(client: QueryClient, path: string, id: string, changes: object): [QueryKey, unknown][] {
  const before = client.getQueriesData<unknown>({ queryKey: [path] })
  client.setQueriesData<unknown>({ queryKey: [path] }, (data: unknown) => changed(data, id, changes))
  return before
}

function changed(data: unknown, id: string, changes: object): unknown {
  if (Array.isArray(data)) return data.map((d) => changed(d, id, changes))
  if (typeof data !== 'object' || data === null) return data
  if ('pages' in data) return { ...data, pages: changed(data.pages, id, changes) }
  if ('data' in data && Array.isArray(data.data)) return { ...data, data: changed(data.data, id, changes) }
  return 'id' in data && data.id === id ? { ...data, ...changes } : data
}

/** useRemove deletes a record. */
export function useRemove(collection: string) {
  const path = usePath(collection)
  const client = useQueryClient()
  return useMutation({
    mutationFn: (record: Stored) => send<void>('DELETE', `${path}/${record.id}`, { revision: record.revision }),
    onSuccess: (_nothing, record) => {
      client.removeQueries({ queryKey: recordKey(path, record.id) })
      void refresh(client, path)
    },
  })
}

/** useAction posts to something that is not a record: `devices/${id}/check_sync`. */
export function useAction<T = unknown>(touches: string[] = []) {
  const account = usePath('')
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ path, body, method = 'POST' }: { path: string; body?: unknown; method?: string }) =>
      send<T>(method, path.startsWith('/') ? path : account + path, { body }),
    onSuccess: () => Promise.all(touches.map((c) => refresh(client, c.startsWith('/') ? c : account + c))),
  })
}

/** refresh reads again whatever of a path is on screen. */
export const refresh = (client: QueryClient, path: string) => client.invalidateQueries({ queryKey: [path] })
