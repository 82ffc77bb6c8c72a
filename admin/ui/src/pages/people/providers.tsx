import { PasswordInput, Select, TagsInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { useRemove } from '~/api/records'
import { LiveLost } from '~/app/shell'
import { useLive } from '~/app/live'
import { useT } from '~/i18n'
import { DeleteDialog } from '~/parts/ConfirmDialog'
import { EmptyState } from '~/parts/EmptyState'
import { PageHeader } from '~/parts/PageHeader'
import { RecordDialog } from '~/parts/RecordDialog'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { AddButton } from './add-button'
import { tidyList } from './list-form'
import { authentications, carrierName, carriers, choices, transports, type Provider } from './provider-record'
import { useGoNext, useOpened, useSubmit } from './record-form'
import { RowMenu } from './row-menu'
import { TrunkStatus } from './trunk-status'

/** ProvidersPage lists the trunks to carriers, in the order they are tried. */
export default function ProvidersPage() {
  const t = useT()
  const opened = useOpened<Provider>('provider_accounts')
  const goNext = useGoNext()
  const { lost } = useLive()
  const [removing, setRemoving] = useState<Provider | null>(null)
  const remove = useRemove('provider_accounts')
  const add = <AddButton may="provider_account.create" label={t('people.provider_add')} onClick={opened.create} />
  const columns: Column<Provider>[] = [
    { key: 'name', header: t('people.common_name'), cell: (p) => p.name },
    { key: 'provider', header: t('people.provider_provider'), cell: (p) => carrierName(p.provider), from: 'sm', width: 150 },
    { key: 'status', header: t('people.common_status'), cell: (p) => <TrunkStatus provider={p} />, width: 150 },
    { key: 'hosts', header: t('people.provider_hosts'), cell: (p) => p.trunk.hosts.join(', '), from: 'md' },
    { key: 'position', header: t('people.provider_order'), cell: (p) => p.position, from: 'md', width: 90 },
  ]
  return (
    <>
      <PageHeader title={t('people.provider_title')} actions={add} />
      <LiveLost lost={lost} />
      <RecordTable
        label={t('people.provider_title')}
        collection="provider_accounts"
        columns={columns}
        rowLink={(p) => `/provider_accounts/${p.id}`}
        actions={(p) => <RowMenu name={p.name} actions={[{ label: t('shell.delete'), danger: true, may: 'provider_account.delete', run: () => setRemoving(p) }]} />}
        empty={<EmptyState title={t('people.provider_empty_title')} text={t('people.provider_empty_text')} action={add} />}
        refetchInterval={30_000}
      />
      {opened.creating && <ProviderDialog onCreated={(p) => goNext(`/provider_accounts/${p.id}?tab=trunk`)} onClose={opened.close} />}
      <DeleteDialog name={removing?.name ?? null} onDelete={() => remove.mutateAsync(removing!)} onClose={() => setRemoving(null)}>
        {t('people.provider_delete_text')}
      </DeleteDialog>
    </>
  )
}

function ProviderDialog({ onCreated, onClose }: { onCreated: (p: Provider) => void; onClose: () => void }) {
  const t = useT()
  const submit = useSubmit<Provider>('provider_accounts', null, ['trunk.hosts'])
  const form = useForm({
    initialValues: {
      name: '',
      provider: 'telnyx',
      trunk: { hosts: [] as string[], transport: 'udp', authentication: 'ip', username: '', password: '' },
    },
  })
  const { provider, trunk } = form.values
  const signsIn = trunk.authentication !== 'ip'

  async function save({ name, provider, trunk: { hosts, username, password, ...rest } }: typeof form.values, key: string) {
    const body = { name, provider, trunk: { ...rest, hosts: tidyList(hosts), ...(signsIn && { username, password }) } }
    onCreated(await submit(body, key))
  }

  return (
    <RecordDialog opened title={t('people.provider_add')} form={form} confirm={t('shell.create')} submit={save} onClose={onClose}>
      <TextInput label={t('people.common_name')} required maxLength={100} data-autofocus {...form.getInputProps('name')} />
      <Select label={t('people.provider_provider')} data={carriers.map((c) => ({ value: c, label: carrierName(c) }))} allowDeselect={false} {...form.getInputProps('provider')} />
      <TagsInput
        label={t('people.provider_hosts')}
        description={t('people.provider_hosts_hint')}
        required={provider !== 'telnyx'}
        placeholder={trunk.hosts.length === 0 ? (provider === 'telnyx' ? 'sip.telnyx.com' : 'sip.example.com:5060') : undefined}
        acceptValueOnBlur
        splitChars={[',', ' ']}
        {...form.getInputProps('trunk.hosts')}
      />
      <Select label={t('people.provider_transport')} data={transports.map((v) => ({ value: v, label: v.toUpperCase() }))} allowDeselect={false} {...form.getInputProps('trunk.transport')} />
      <Select label={t('people.provider_auth')} data={choices('provider_auth', authentications)} allowDeselect={false} {...form.getInputProps('trunk.authentication')} />
      {signsIn && (
        <>
          <TextInput label={t('people.provider_username')} required autoComplete="off" maxLength={128} {...form.getInputProps('trunk.username')} />
          <PasswordInput label={t('people.provider_password')} required autoComplete="new-password" maxLength={256} {...form.getInputProps('trunk.password')} />
        </>
      )}
    </RecordDialog>
  )
}
