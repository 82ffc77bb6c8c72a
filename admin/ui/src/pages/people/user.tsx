import { Anchor, Badge, Card, Group, SimpleGrid, Stack, Text } from '@mantine/core'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { problemOf } from '~/api/problem'
import { useAll, usePatch, useRecord, useRemove } from '~/api/records'
import { PageLink, usePagePath } from '~/app/account'
import { ProblemPage } from '~/app/problem'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { DeleteDialog } from '~/parts/ConfirmDialog'
import { NumberSetting } from '~/parts/NumberSetting'
import { PageHeader } from '~/parts/PageHeader'
import { SelectSetting } from '~/parts/SelectSetting'
import { TabbedPage } from '~/parts/TabbedPage'
import { TextSetting } from '~/parts/TextSetting'
import { ToggleSetting } from '~/parts/ToggleSetting'
import { useFields } from '~/parts/fields'
import { ForwardingForm } from './forwarding-form'
import { languageChoices } from './language-select'
import { Loading } from './loading'
import { ReferenceSetting } from './reference-setting'
import { RowMenu } from './row-menu'
import { SimultaneousRing } from './simultaneous-ring'
import { UserLogin } from './user-login'
import { UserPhones } from './user-phones'
import type { User } from './user-record'
import { LoginBadge } from './users'

/** UserPage is one user: what he is called by, where his calls go, his phones, his log-in. */
export default function UserPage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string }
  const user = useRecord<'users', User>('users', id)
  if (user.isPending) return <Loading />
  if (!user.data) return <ProblemPage problem={problemOf(user.error)} />
  return <Page user={user.data} />
}

function Page({ user }: { user: User }) {
  const t = useT()
  const navigate = useNavigate()
  const page = usePagePath()
  const remove = useRemove('users')
  const [removing, setRemoving] = useState(false)
  return (
    <>
      <PageHeader
        title={user.name}
        text={user.email}
        trail={[{ to: '/users', label: t('people.user_title') }]}
        badges={
          <Group gap="xs">
            {user.do_not_disturb && <Badge color="orange" variant="light" tt="none">{t('people.user_dnd')}</Badge>}
            <LoginBadge user={user} />
          </Group>
        }
        actions={<RowMenu name={user.name} actions={[{ label: t('shell.delete'), danger: true, may: 'user.delete', run: () => setRemoving(true) }]} />}
      />
      <TabbedPage
        label={user.name}
        tabs={[
          { key: 'general', label: t('people.user_tab_general'), content: <General user={user} />, keep: true },
          { key: 'forwarding', label: t('people.user_tab_forwarding'), content: <ForwardingTab user={user} />, keep: true },
          { key: 'phones', label: t('people.user_tab_phones'), content: <UserPhones user={user} /> },
          { key: 'login', label: t('people.user_tab_login'), content: <UserLogin user={user} /> },
        ]}
      />
      <DeleteDialog
        name={removing ? user.name : null}
        onDelete={async () => {
          await remove.mutateAsync(user)
          void navigate({ to: page('/users'), replace: true } as Parameters<typeof navigate>[0])
        }}
        onClose={() => setRemoving(false)}
      >
        {t('people.user_delete_text')}
      </DeleteDialog>
    </>
  )
}

function General({ user }: { user: User }) {
  const t = useT()
  const field = useFields<User>('users', user, 'user.update')
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      <Stack>
        <TextSetting label={t('people.common_name')} maxLength={100} {...field('name')} />
        <TextSetting label={t('shell.email')} type="email" {...field('email')} />
        <SelectSetting label={t('shell.language')} data={languageChoices} {...field('language')} />
        <Extensions user={user} />
        <ReferenceSetting
          label={t('people.user_primary_extension')}
          description={t('people.user_primary_extension_hint')}
          placeholder={t('shell.default_value')}
          collection="extensions"
          allow={(e) => (e.target as { id?: string } | undefined)?.id === user.id}
          {...field('primary_extension')}
        />
        <ReferenceSetting
          label={t('people.user_outbound_number')}
          description={t('people.user_outbound_number_hint')}
          placeholder={t('people.user_account_default')}
          collection="numbers"
          allow={(n) => n.outbound_enabled === true}
          {...field('outbound_number')}
        />
      </Stack>
      <Stack>
        <ToggleSetting label={t('people.user_dnd')} description={t('people.user_dnd_hint')} {...field('do_not_disturb')} />
        <ToggleSetting label={t('people.user_call_waiting')} description={t('people.user_call_waiting_hint')} {...field('call_waiting')} />
        <NumberSetting label={t('people.user_ring_seconds')} min={5} max={300} {...field('ring_seconds')} />
        <ReferenceSetting
          label={t('people.user_location')}
          description={t('people.user_location_hint')}
          placeholder={t('shell.none')}
          collection="locations"
          {...field('location')}
        />
        <ReferenceSetting
          label={t('people.user_hold_music')}
          placeholder={t('people.user_account_default')}
          collection="audio_clips"
          {...field('hold_music_clip')}
        />
      </Stack>
    </SimpleGrid>
  )
}

function Extensions({ user }: { user: User }) {
  const t = useT()
  const all = useAll('extensions')
  const own = all.data?.filter((e) => e.target.type === 'user' && e.target.id === user.id) ?? []
  return (
    <Card withBorder p="sm">
      <Text size="sm" fw={500}>
        {t('people.user_extensions')}
      </Text>
      {all.isSuccess && own.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('people.user_extensions_none')}{' '}
          <Anchor component={PageLink} to="/extensions?open=new" size="sm">
            {t('people.extension_add')}
          </Anchor>
        </Text>
      )}
      <Group gap="xs" mt={4}>
        {own.map((e) => (
          <Anchor key={e.id} component={PageLink} to={`/extensions?open=${e.id}`} size="sm">
            {e.number}
          </Anchor>
        ))}
      </Group>
    </Card>
  )
}

function ForwardingTab({ user }: { user: User }) {
  const patch = usePatch<'users', User>('users')
  const disabled = !useMay()('user.update')
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
      <ForwardingForm record={user} disabled={disabled} save={(forwarding, record) => patch.mutateAsync({ record, changes: { forwarding } })} />
      <SimultaneousRing record={user} disabled={disabled} save={(targets, record) => patch.mutateAsync({ record, changes: { simultaneous_ring: targets } })} />
    </SimpleGrid>
  )
}
