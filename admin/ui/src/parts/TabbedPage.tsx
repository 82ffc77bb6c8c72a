import { Tabs } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useSearchText } from '~/app/search'

/** Tab of a page; its content is rendered while it is open. */
export interface Tab {
  key: string
  label: string
  content: ReactNode
  /** Left out when false. */
  shown?: boolean
  /** Once opened it stays while others are shown: it may hold text that is not saved. */
  keep?: boolean
}

/** TabbedPage keeps the open tab in the address: ?tab=telephony opens it. */
export function TabbedPage({ tabs, label }: { tabs: Tab[]; label: string }) {
  const shown = tabs.filter((t) => t.shown !== false)
  const [value, setValue] = useSearchText('tab')
  const open = shown.find((t) => t.key === value)?.key ?? shown[0]?.key ?? ''
  const [opened] = useState(() => new Set<string>())
  opened.add(open)
  return (
    <Tabs value={open} onChange={(next) => next && setValue(next)} keepMounted={false} keepMountedMode="display-none">
      <Tabs.List aria-label={label} style={{ overflowX: 'auto', flexWrap: 'nowrap' }}>
        {shown.map((t) => (
          <Tabs.Tab key={t.key} value={t.key} style={{ flexShrink: 0 }}>
            {t.label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {shown.map((t) => (
        <Tabs.Panel key={t.key} value={t.key} pt="md" keepMounted={t.keep === true && opened.has(t.key)}>
          {t.content}
        </Tabs.Panel>
      ))}
    </Tabs>
  )
}
