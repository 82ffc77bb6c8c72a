import { SimpleGrid, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { send } from '~/api/client'
import { problemOf } from '~/api/problem'
import { recordKey, usePatch } from '~/api/records'
import { useAccountID } from '~/app/account'
import { ProblemPage } from '~/app/problem'
import { useT } from '~/i18n'
import { NumberSetting } from '~/parts/NumberSetting'
import { PageHeader } from '~/parts/PageHeader'
import { formatPhone } from '~/parts/Phone'
import { SelectSetting } from '~/parts/SelectSetting'
import { TabbedPage } from '~/parts/TabbedPage'
import { ToggleSetting } from '~/parts/ToggleSetting'
import { useFields } from '~/parts/fields'
import { ForwardingForm } from './forwarding-form'
import { languageChoices } from './language-select'
import { Loading } from './loading'
import { MyCalls } from './my-calls'
import { ReferenceSetting } from './reference-setting'
import { SimultaneousRing } from './simultaneous-ring'
import type { User } from './user-record'

// The caller's own record stands under the account by the name "me" instead of its identifier.
const me = 'me'

/** MePage is what a user who logs in may set for himself, and his calls. */
export default function MePage() {
  const account = `/v1/accounts/${useAccountID()}`
  const own = useQuery({
    queryKey: recordKey(account, me),
    queryFn: async ({ signal }) => ({ ...(await send<User>('GET', `${account}/${me}`, { signal })), id: me }),
  })
  if (own.isPending) return <Loading />
  if (!own.data) return <ProblemPage problem={problemOf(own.error)} />
  return <Page user={own.data} account={account} />
}

interface Props {
  user: User
  /** Path of the account, as if it were the collection the record is in. */
  account: string
}

function Page({ user, account }: Props) {
  const t = useT()
  return (
    <>
      <PageHeader title={t('people.me_title')} text={t('people.me_text')} />
      <TabbedPage
        label={t('people.me_title')}
        tabs={[
          { key: 'general', label: t('people.user_tab_general'), content: <General user={user} account={account} />, keep: true },
          { key: 'forwarding', label: t('people.user_tab_forwarding'), content: <Forwarding user={user} account={account} />, keep: true },
          { key: 'calls', label: t('people.me_calls'), content: <MyCalls /> },
        ]}
      />
    </>
  )
}

function General({ user, account }: Props) {
  const t = useT()
  const field = useFields<User>(account, user, 'me.update')
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      <Stack>
        <ToggleSetting label={t('people.user_dnd')} description={t('people.user_dnd_hint')} {...field('do_not_disturb')} />
        <ToggleSetting label={t('people.user_call_waiting')} description={t('people.user_call_waiting_hint')} {...field('call_waiting')} />
        <NumberSetting label={t('people.user_ring_seconds')} min={5} max={300} {...field('ring_seconds')} />
      </Stack>
      <Stack>
        <ReferenceSetting
          label={t('people.user_outbound_number')}
          description={t('people.user_outbound_number_hint')}
          placeholder={t('people.user_account_default')}
          collection="numbers"
          show={phoneOf}
          allow={mayShow}
          {...field('outbound_number')}
        />
        <ReferenceSetting label={t('people.user_hold_music')} placeholder={t('people.user_account_default')} collection="audio_clips" {...field('hold_music_clip')} />
        <SelectSetting label={t('shell.language')} data={languageChoices} {...field('language')} />
      </Stack>
    </SimpleGrid>
  )
}

const phoneOf = (n: Record<string, unknown>) => formatPhone(String(n.number ?? ''))
const mayShow = (n: Record<string, unknown>) => n.outbound_enabled === true

function Forwarding({ user, account }: Props) {
  const patch = usePatch<string, User>(account)
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
      <ForwardingForm record={user} disabled={false} save={(forwarding, record) => patch.mutateAsync({ record, changes: { forwarding } })} />
      <SimultaneousRing
        record={user}
        disabled={false}
        outsideOnly
        save={(targets, record) => patch.mutateAsync({ record, changes: { simultaneous_ring: targets } })}
      />
    </SimpleGrid>
  )
}
