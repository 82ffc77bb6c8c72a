import { useQueryClient } from '@tanstack/react-query'
import { usePath, useRead } from '~/api/records'
import type { Shown } from '~/api/types'
import { useLiveEvents } from '~/app/live'

export type QueueState = Shown<'QueueState'>
export type Agent = QueueState['agents'][number]

/** useQueueEvents keeps what is read of queues' states up to date with what happens. */
export function useQueueEvents() {
  const client = useQueryClient()
  const path = usePath('call_queues')
  useLiveEvents('queue.changed', (e) => {
    const state = e.data as QueueState
    client.setQueryData([`${path}/${state.queue}/state`, 'read', {}], state)
  })
  useLiveEvents('snapshot', (e) => {
    for (const state of (e.data as { call_queues?: QueueState[] }).call_queues ?? []) {
      client.setQueryData([`${path}/${state.queue}/state`, 'read', {}], state)
    }
  })
}

/** useQueueState is what a queue is like now. The events keep it so; a look now and then covers what they miss. */
export const useQueueState = (id: string) => useRead<QueueState>(`call_queues/${id}/state`, {}, { refetchInterval: 30_000 })

/** Agents who may be rung for a caller, now or once they are free. */
export const onDuty = (agents: readonly Agent[]) => agents.filter((a) => a.state === 'available')
