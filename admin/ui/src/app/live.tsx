import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { createContext, useContext, useEffect, useRef, useState, type ReactNode } from 'react'
import { refresh } from '~/api/records'
import { useAccountID } from './account'
import { collectionsOf, eventTypes } from './events'

/** LiveEvent is one server-sent event: its type ('call.ended') and data. */
export interface LiveEvent {
  type: string
  data: unknown
}

type Listener = (e: LiveEvent) => void

interface Live {
  connected: boolean
  /** The stream was open once and is not now: what is shown may be out of date. */
  lost: boolean
  listen: (l: Listener) => () => void
}

const Context = createContext<Live>({ connected: false, lost: false, listen: () => () => undefined })

/** useLive says whether the page is connected to the account's events. */
export const useLive = () => useContext(Context)

/** useLiveEvents hands every event whose type begins with `prefix` to a function. */
export function useLiveEvents(prefix: string, handle: Listener) {
  const { listen } = useContext(Context)
  const latest = useRef(handle)
  useEffect(() => {
    latest.current = handle
  })
  useEffect(() => listen((e) => e.type.startsWith(prefix) && latest.current(e)), [listen, prefix])
}

/**
 * LiveProvider follows the account's server-sent events: each one makes the lists it
 * touches be read again, at most once in gatherMS, and goes to who listens.
 */
export function LiveProvider({ children }: { children: ReactNode }) {
  const account = useAccountID()
  const client = useQueryClient()
  const [connected, setConnected] = useState(false)
  const [lost, setLost] = useState(false)
  const listeners = useRef(new Set<Listener>())

  useEffect(() => {
    const source = new EventSource(`/v1/events?account=${encodeURIComponent(account)}`)
    const gathered = gather(client, account)
    let opened = false
    source.onopen = () => {
      if (opened) gathered.everything() // events were missed meanwhile
      opened = true
      setConnected(true)
      setLost(false)
    }
    source.onerror = () => {
      setConnected(false)
      setLost(opened)
    }
    const take = (m: MessageEvent<string>) => {
      const e = { type: m.type, data: JSON.parse(m.data) as unknown }
      gathered.touch(collectionsOf(e.type))
      listeners.current.forEach((l) => l(e))
    }
    eventTypes.forEach((type) => source.addEventListener(type, take))
    return () => {
      source.close()
      gathered.stop()
    }
  }, [account, client])

  const [listen] = useState(() => (l: Listener) => {
    listeners.current.add(l)
    return () => void listeners.current.delete(l)
  })
  return <Context value={{ connected, lost, listen }}>{children}</Context>
}

// How long events are gathered before the lists they touch are read again.
const gatherMS = 150

function gather(client: QueryClient, account: string) {
  const touched = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = () => {
    timer = undefined
    touched.forEach((c) => void refresh(client, `/v1/accounts/${account}/${c}`))
    touched.clear()
  }
  return {
    touch(collections: readonly string[]) {
      collections.forEach((c) => touched.add(c))
      if (touched.size > 0) timer ??= setTimeout(flush, gatherMS)
    },
    everything: () => void client.invalidateQueries({ predicate: (q) => String(q.queryKey[0]).includes(account) }),
    stop: () => clearTimeout(timer),
  }
}
