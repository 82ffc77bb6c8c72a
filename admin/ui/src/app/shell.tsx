import {
  ActionIcon, Alert, Anchor, AppShell, Burger, Center, Group, Loader, Menu, NavLink, ScrollArea, Text, Tooltip, UnstyledButton, useComputedColorScheme, useMantineColorScheme,
} from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Link, Outlet, useLocation, type LinkProps } from '@tanstack/react-router'
import { ChevronDown, Languages, LogOut, Moon, Sun, WifiOff } from 'lucide-react'
import { Suspense, useEffect } from 'react'
import { languageNames, languages, setLanguage, useLanguage, useT, type TextKey } from '~/i18n'
import { accountPath, lastAccount, PageLink, Redirect, useAccountID } from './account'
import { AccountSwitcher } from './account-switcher'
import { areas, navGroups, type NavEntry } from './area'
import { ProblemPage } from './problem'
import { useMay, useSession, useSessionState } from './session'

/** Shell is around every page that needs a session: it sends who has none to the login. */
export function Shell() {
  const { session, pending, problem } = useSessionState()
  const { href } = useLocation()
  if (pending) {
    return (
      <Center h="100vh">
        <Loader />
      </Center>
    )
  }
  if (problem) return <ProblemPage problem={problem} />
  if (!session) return <Redirect to="/login" search={href === '/' ? {} : { next: href }} />
  if (session.must_change_password) return <Redirect to="/password" />
  return <Frame />
}

function Frame() {
  const t = useT()
  const [opened, { toggle, close }] = useDisclosure(false)
  const { pathname } = useLocation()
  useEffect(() => close(), [pathname, close])
  return (
    <AppShell header={{ height: 56 }} navbar={{ width: 248, breakpoint: 'md', collapsed: { mobile: !opened } }} padding="md">
      <a className="skip" href="#content">
        {t('shell.skip_to_content')}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap" miw={0}>
            <Burger opened={opened} onClick={toggle} hiddenFrom="md" size="sm" aria-label={t(opened ? 'shell.close_navigation' : 'shell.open_navigation')} />
            <Anchor {...({ component: Link, to: '/', underline: 'never' } as object)} fw={700} c="var(--mantine-color-text)" visibleFrom="xs">
              {t('shell.product')}
            </Anchor>
            <AccountSwitcher />
          </Group>
          <Group gap={4} wrap="nowrap">
            <LanguageMenu />
            <SchemeButton />
            <PersonMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar aria-label={t('shell.navigation')}>
        <AppShell.Section grow component={ScrollArea} p="xs">
          <Navigation />
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <Suspense
          fallback={
            <Center h="40vh">
              <Loader />
            </Center>
          }
        >
          <Outlet />
        </Suspense>
      </AppShell.Main>
    </AppShell>
  )
}

function Navigation() {
  const t = useT()
  const entries = useEntries()
  return navGroups
    .map((group) => ({ group, list: entries.filter((e) => e.group === group) }))
    .filter(({ list }) => list.length > 0)
    .map(({ group, list }) => (
      <div key={group} role="group" aria-label={t(`shell.group_${group}` as TextKey)}>
        <Text size="xs" fw={600} c="dimmed" px="sm" pt="sm" pb={4} aria-hidden>
          {t(`shell.group_${group}` as TextKey)}
        </Text>
        {list.map((e) => (
          <Entry key={e.to} entry={e} />
        ))}
      </div>
    ))
}

/** useAccountAround is the account on screen; on pages of none the one this person comes from. */
function useAccountAround(): string {
  const session = useSession()
  return useAccountID() || session.account || (session.administrator && lastAccount()) || ''
}

/** useEntries are the lines of the sidebar this person sees. */
function useEntries(): NavEntry[] {
  const may = useMay()
  const session = useSession()
  const account = useAccountAround()
  return areas
    .flatMap((a) => a.nav)
    .filter((e) => (e.group === 'platform' ? true : account !== ''))
    .filter((e) => (e.administrator ? session.administrator : true))
    .filter((e) => (e.self ? session.role === 'user' : true))
    .filter((e) => (e.may ? may(e.may) : true))
}

function Entry({ entry }: { entry: NavEntry }) {
  const t = useT()
  const account = useAccountAround()
  const { pathname } = useLocation()
  const to = entry.group === 'platform' ? entry.to : accountPath(account, entry.to)
  const active = entry.to === '/' ? pathname.replace(/\/$/, '') === to.replace(/\/$/, '') : pathname === to || pathname.startsWith(`${to}/`)
  const Icon = entry.icon
  return (
    <NavLink
      component={PageLink}
      to={to}
      absolute
      exact={entry.to === '/'}
      label={t(entry.label)}
      leftSection={<Icon size={18} aria-hidden />}
      active={active}
      aria-current={active ? 'page' : undefined}
      py={6}
      style={{ borderRadius: 'var(--mantine-radius-md)' }}
    />
  )
}

function LanguageMenu() {
  const t = useT()
  const shown = useLanguage()
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('shell.language')}>
          <Languages size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {languages.map((l) => (
          <Menu.Item key={l} lang={l} fw={l === shown ? 700 : 400} onClick={() => void setLanguage(l, true)}>
            {languageNames[l]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

function SchemeButton() {
  const t = useT()
  const scheme = useComputedColorScheme('light')
  const { setColorScheme } = useMantineColorScheme()
  const label = t(scheme === 'dark' ? 'shell.light_mode' : 'shell.dark_mode')
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} onClick={() => setColorScheme(scheme === 'dark' ? 'light' : 'dark')}>
        {scheme === 'dark' ? <Sun size={18} aria-hidden /> : <Moon size={18} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  )
}

function PersonMenu() {
  const t = useT()
  const { person } = useSession()
  const { logOut } = useSessionState()
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <UnstyledButton aria-label={t('shell.logged_in_as', { name: person.name })} px="xs" py={6}>
          <Group gap={4} wrap="nowrap">
            <Text size="sm" fw={500} truncate maw={160} visibleFrom="sm">
              {person.name}
            </Text>
            <ChevronDown size={16} aria-hidden />
          </Group>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{person.email}</Menu.Label>
        <Menu.Item component={Link} {...({ to: '/password' } as LinkProps)}>
          {t('shell.password')}
        </Menu.Item>
        <Menu.Item leftSection={<LogOut size={16} aria-hidden />} onClick={() => void logOut()}>
          {t('shell.log_out')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

/** LiveLost stands above a page while the connection to the events is broken. */
export function LiveLost({ lost }: { lost: boolean }) {
  const t = useT()
  return lost ? (
    <Alert color="yellow" variant="light" mb="md" icon={<WifiOff aria-hidden />} role="status">
      {t('shell.live_lost')}
    </Alert>
  ) : null
}
