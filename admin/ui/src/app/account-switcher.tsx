import { Combobox, InputBase, ScrollArea, Text, useCombobox } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useAll, useAccountRecord } from '~/api/records'
import type { Shown } from '~/api/types'
import { useT } from '~/i18n'
import { accountPath, useAccountID } from './account'
import { useSession } from './session'

/** AccountSwitcher names the account on screen; an administrator chooses another one there. */
export function AccountSwitcher() {
  const session = useSession()
  if (session.administrator) return <Switcher />
  return session.role === 'user' ? null : <Name />
}

function Name() {
  const account = useAccountRecord()
  return (
    <Text fw={500} truncate>
      {account.data?.name}
    </Text>
  )
}

function Switcher() {
  const t = useT()
  const id = useAccountID()
  const navigate = useNavigate()
  const accounts = useAll<'/v1/accounts', Shown<'Account'>>('/v1/accounts')
  const [search, setSearch] = useState('')
  const box = useCombobox({
    onDropdownClose: () => setSearch(''),
    onDropdownOpen: () => box.focusSearchInput(),
  })
  const list = accounts.data ?? []
  const name = list.find((a) => a.id === id)?.name ?? t('shell.choose_account')
  const found = list.filter((a) => a.name.toLowerCase().includes(search.toLowerCase())).slice(0, 100)
  return (
    <Combobox
      store={box}
      width={280}
      position="bottom-start"
      onOptionSubmit={(account) => {
        box.closeDropdown()
        void navigate({ to: accountPath(account, '/') } as Parameters<typeof navigate>[0])
      }}
    >
      <Combobox.Target targetType="button">
        <InputBase component="button" type="button" pointer size="xs" rightSection={<Combobox.Chevron />} rightSectionPointerEvents="none" onClick={() => box.toggleDropdown()} aria-label={`${t('shell.switch_account')}: ${name}`} maw={220}>
          <Text size="sm" truncate>
            {name}
          </Text>
        </InputBase>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search value={search} onChange={(e) => setSearch(e.currentTarget.value)} placeholder={t('shell.search')} aria-label={t('shell.search')} />
        <Combobox.Options>
          <ScrollArea.Autosize mah={320} type="auto">
            {found.map((a) => (
              <Combobox.Option key={a.id} value={a.id} active={a.id === id}>
                {a.name}
              </Combobox.Option>
            ))}
          </ScrollArea.Autosize>
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  )
}
