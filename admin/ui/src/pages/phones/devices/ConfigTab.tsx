import { Group, Stack, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useDeferredValue, useMemo, useRef, useState } from 'react'
import { request } from '~/api/client'
import { problemOf, readProblem } from '~/api/problem'
import { usePath } from '~/api/records'
import { useT } from '~/i18n'
import { CopyButton } from '~/parts/CopyButton'
import { ProblemAlert } from '~/parts/ProblemAlert'
import css from './device.module.css'
import type { Device } from './device'

/** ConfigTab is the file the phone fetches, secrets masked, with a search. */
export function ConfigTab({ device }: { device: Device }) {
  const t = useT()
  const path = usePath(`devices/${device.id}/config`)
  const file = useQuery({
    queryKey: [path, device.config_hash, device.revision],
    queryFn: async ({ signal }) => {
      const response = await request(path, { signal, headers: { Accept: 'text/plain' } })
      if (!response.ok) throw await readProblem(response)
      return response.text()
    },
  })
  const problem = file.error ? problemOf(file.error) : null
  if (problem?.status === 404) return <Text c="dimmed">{t('phones.config_none')}</Text>
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('phones.config_text')} {device.type === 'dect_handset' && t('phones.config_of_base')}
      </Text>
      <ProblemAlert problem={problem} />
      {file.data !== undefined && <Lines text={file.data} />}
    </Stack>
  )
}

function Lines({ text }: { text: string }) {
  const t = useT()
  const [search, setSearch] = useState('')
  const wanted = useDeferredValue(search.trim().toLowerCase())
  const all = useMemo(() => text.replace(/\n$/, '').split('\n').map((line, i) => ({ line, number: i + 1 })), [text])
  const shown = useMemo(() => (wanted ? all.filter((l) => l.line.toLowerCase().includes(wanted)) : all), [all, wanted])
  const frame = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({ count: shown.length, getScrollElement: () => frame.current, estimateSize: () => 22, overscan: 30 })
  return (
    <>
      <Group align="flex-end" gap="xs">
        <TextInput aria-label={t('phones.config_search')} placeholder={t('phones.config_search')} value={search} onChange={(e) => setSearch(e.currentTarget.value)} style={{ flex: 1 }} />
        <CopyButton value={text} label={t('phones.tab_config')} />
      </Group>
      <Text size="sm" c="dimmed" role="status">
        {t('phones.config_lines', { count: shown.length })}
      </Text>
      <div ref={frame} className={css.config} tabIndex={0} role="region" aria-label={t('phones.tab_config')}>
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map((item) => {
            const l = shown[item.index]!
            return (
              <div key={l.number} data-index={item.index} ref={virtual.measureElement} className={css.line} style={{ position: 'absolute', top: 0, left: 0, right: 0, transform: `translateY(${item.start}px)` }}>
                <span className={css.number} aria-hidden>
                  {l.number}
                </span>
                <span>{l.line}</span>
              </div>
            )
          })}
        </div>
      </div>
    </>
  )
}
