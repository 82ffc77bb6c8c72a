import { Button, Checkbox, Group, Popover, ScrollArea, Stack, Switch, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useRead } from '~/api/records'
import type { components } from '~/api/schema'
import { useSearchValues, useSetSearch } from '~/app/search'
import { useT } from '~/i18n'
import type { Filter } from '~/parts/filter'

/** The picker's values live in the address: events=device.create,user.delete and writes=true. */
const eventsName = 'events'
const writesName = 'writes'

/** eventFilter picks events by name, and all that read or all that write. */
export const eventFilter = (source: string): Filter => ({
  names: [eventsName, writesName],
  input: (label) => <EventPicker label={label} source={source} />,
  query: (values) => ({ event: chosenEvents(values[eventsName]), writes: values[writesName] }),
})

/** chosenEvents are the names of the address's value. */
export const chosenEvents = (value: string | undefined) => (value ?? '').split(',').filter(Boolean)

type Events = components['schemas']['AuditEventList']

function EventPicker({ label, source }: { label: string; source: string }) {
  const t = useT()
  const values = useSearchValues()
  const set = useSetSearch()
  const [typed, setTyped] = useState('')
  const { data } = useRead<Events>(source)
  const chosen = chosenEvents(values[eventsName])
  const writes = values[writesName]
  const events = (data?.data ?? []).filter((e) => e.event.includes(typed.trim().toLowerCase()) && (!writes || String(e.writes) === writes))
  const both = !writes

  const toggle = (event: string) => set({ [eventsName]: (chosen.includes(event) ? chosen.filter((e) => e !== event) : [...chosen, event]).join(',') })
  // Both on or both off is no filter; one of them is.
  const group = (value: 'true' | 'false', on: boolean) => set({ [writesName]: on ? '' : value === 'true' ? 'false' : 'true', [eventsName]: '' })

  const summary = chosen.length > 0 ? t('settings.events_chosen', { count: chosen.length }) : both ? t('shell.any') : t(writes === 'true' ? 'settings.writes' : 'settings.reads')
  return (
    <Popover position="bottom-start" width={320} trapFocus>
      <Popover.Target>
        <Button size="xs" variant="default" fullWidth justify="flex-start" fw={400} aria-label={`${label}: ${summary}`}>
          {summary}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          <Group>
            <Switch size="sm" label={t('settings.reads')} checked={writes !== 'true'} disabled={writes === 'false'} onChange={(e) => group('false', e.currentTarget.checked)} />
            <Switch size="sm" label={t('settings.writes')} checked={writes !== 'false'} disabled={writes === 'true'} onChange={(e) => group('true', e.currentTarget.checked)} />
          </Group>
          <TextInput size="xs" aria-label={t('shell.search')} placeholder={t('shell.search')} value={typed} onChange={(e) => setTyped(e.currentTarget.value)} data-autofocus />
          <ScrollArea.Autosize mah={280} type="auto">
            <Stack gap={6}>
              {events.map((e) => (
                <Checkbox key={e.event} size="xs" label={e.event} checked={chosen.includes(e.event)} onChange={() => toggle(e.event)} />
              ))}
              {events.length === 0 && <Text size="sm">{t('shell.nothing_found')}</Text>}
            </Stack>
          </ScrollArea.Autosize>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
