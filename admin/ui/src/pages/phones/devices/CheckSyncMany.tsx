import { Button, Center, Group, Loader, Modal, Progress, Radio, Stack, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { send } from '~/api/client'
import { problemOf } from '~/api/problem'
import { refresh, usePath } from '~/api/records'
import type { Page } from '~/api/types'
import { useSearchValues } from '~/app/search'
import { tMaybe, useT } from '~/i18n'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { StatusBadge } from '~/parts/StatusBadge'
import { nameOf, type Device } from './device'
import { checkSync, countResults, inTurns, type SyncResult } from './sync'

const FILTERS = ['text', 'type', 'status', 'registration', 'drift', 'location', 'button_template']

interface Props {
  /** Chosen phones and their names; none means all that the filters show. */
  chosen: ReadonlyMap<string, string>
  onClose: () => void
}

/** CheckSyncMany tells many phones to fetch their configuration, and counts what became of it. */
export function CheckSyncMany({ chosen, onClose }: Props) {
  const t = useT()
  const search = useSearchValues()
  const filter = Object.fromEntries(FILTERS.map((f) => [f, search[f]]))
  const path = usePath('devices')
  const shown = useQuery({
    queryKey: ['check-sync', path, filter],
    queryFn: ({ signal }) => readAll(path, filter, signal),
    enabled: chosen.size === 0,
    gcTime: 0,
    staleTime: Infinity,
  })
  const phones = chosen.size > 0 ? [...chosen] : shown.data ?? []
  return (
    <Modal opened onClose={onClose} title={t('phones.check_sync_title')} size="md" closeButtonProps={{ 'aria-label': t('shell.close') }}>
      <ProblemAlert problem={shown.error && problemOf(shown.error)} />
      {chosen.size === 0 && shown.isPending ? (
        <Center p="lg">
          <Loader />
        </Center>
      ) : (
        <Run phones={phones} onClose={onClose} />
      )}
    </Modal>
  )
}

/** readAll are all phones that a filter shows, however many. */
async function readAll(path: string, filter: Record<string, string | undefined>, signal: AbortSignal): Promise<[string, string][]> {
  const phones: [string, string][] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const page: Page<Device> = await send('GET', path, { query: { limit: 100, ...filter, cursor }, signal })
    phones.push(...page.data.map((d): [string, string] => [d.id, nameOf(d)]))
    cursor = page.next
  }
  return phones
}

function Run({ phones, onClose }: { phones: [string, string][]; onClose: () => void }) {
  const t = useT()
  const path = usePath('devices')
  const client = useQueryClient()
  const [reboot, setReboot] = useState('reload')
  const [results, setResults] = useState<ReadonlyMap<string, SyncResult> | null>(null)
  const [running, setRunning] = useState(false)
  const stop = useRef(false)
  useEffect(() => () => void (stop.current = true), [])

  async function run() {
    stop.current = false
    setRunning(true)
    setResults(new Map())
    await inTurns(
      phones,
      async ([id]) => {
        const result = await checkSync(`${path}/${id}`, reboot === 'reboot')
        setResults((now) => new Map(now).set(id, result))
      },
      () => stop.current,
    )
    setRunning(false)
    void refresh(client, path)
  }

  const done = results?.size ?? 0
  return (
    <Stack>
      {!results && (
        <>
          <Text size="sm">{t('phones.check_sync_text', { count: phones.length })}</Text>
          <SyncKind value={reboot} onChange={setReboot} />
        </>
      )}
      {results && (
        <>
          <Progress value={phones.length > 0 ? (done / phones.length) * 100 : 100} aria-label={t('phones.sync_progress', { done, count: phones.length })} />
          <Text size="sm" role="status">
            {running ? t('phones.sync_progress', { done, count: phones.length }) : t('phones.sync_done', { count: done })}
          </Text>
          <Group gap="xs">
            {Object.entries(countResults(results.values())).map(([result, count]) => (
              <StatusBadge key={result} tone={result === 'delivered' ? 'good' : result === 'not_registered' ? 'neutral' : 'bad'} label={`${syncName(result)}: ${count}`} />
            ))}
          </Group>
        </>
      )}
      <Group justify="flex-end">
        {running ? (
          <Button variant="default" onClick={() => (stop.current = true)}>
            {t('phones.stop')}
          </Button>
        ) : (
          <Button variant="default" onClick={onClose}>
            {t(results ? 'shell.close' : 'shell.cancel')}
          </Button>
        )}
        {!results && (
          <Button onClick={run} disabled={phones.length === 0} color={reboot === 'reboot' ? 'red' : undefined}>
            {t(reboot === 'reboot' ? 'phones.reboot' : 'phones.check_sync')}
          </Button>
        )}
      </Group>
    </Stack>
  )
}

export const syncName = (result: string) => tMaybe(`phones.sync_${result}`) ?? result

/** SyncKind chooses between fetching and restarting. */
export function SyncKind({ value, onChange }: { value: string; onChange: (v: string) => void }) {
  const t = useT()
  return (
    <Radio.Group value={value} onChange={onChange} aria-label={t('phones.check_sync')}>
      <Stack gap="xs">
        <Radio value="reload" label={t('phones.reload')} description={t('phones.reload_text')} />
        <Radio value="reboot" label={t('phones.reboot')} description={t('phones.reboot_text')} />
      </Stack>
    </Radio.Group>
  )
}
