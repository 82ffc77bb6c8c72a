import { Badge, Radio, Select, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { useAction, usePatch, useRemove } from '~/api/records'
import { useMay, useSession } from '~/app/session'
import { currentLanguage, tMaybe, useT } from '~/i18n'
import { ConfirmDialog, DeleteDialog } from '~/parts/ConfirmDialog'
import { EmptyState } from '~/parts/EmptyState'
import { PageHeader } from '~/parts/PageHeader'
import { RecordDialog } from '~/parts/RecordDialog'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { StatusBadge } from '~/parts/StatusBadge'
import { Time } from '~/parts/Time'
import { AddButton } from './add-button'
import { invitationOf, type Invited } from './invitation-result'
import { InvitedDialog } from './invited-dialog'
import { LanguageSelect } from './language-select'
import { managerTones, type Manager, type ManagerAct } from './manager-record'
import { useOpened, useSubmit } from './record-form'
import { managerRoles, roleName } from './roles'
import { RowMenu } from './row-menu'

const collection = 'account_managers'

/** ManagersPage lists who runs the account, and invites more. */
export default function ManagersPage() {
  const t = useT()
  const { person } = useSession()
  const opened = useOpened<Manager>(collection)
  const [invited, setInvited] = useState<Invited | null>(null)
  const [asked, setAsked] = useState<{ act: ManagerAct; manager: Manager } | null>(null)
  const add = <AddButton may="account_manager.create" label={t('people.manager_add')} onClick={opened.create} />
  const columns: Column<Manager>[] = [
    { key: 'name', header: t('people.common_name'), cell: (m) => <Name manager={m} you={m.id === person.id} /> },
    { key: 'email', header: t('shell.email'), cell: (m) => m.email, from: 'sm' },
    { key: 'role', header: t('people.manager_role'), cell: (m) => roleName(m.role), width: 170 },
    { key: 'status', header: t('people.common_status'), cell: (m) => <ManagerStatus manager={m} />, from: 'xs', width: 150 },
    { key: 'last', header: t('people.manager_last_login'), cell: (m) => <Time at={m.last_login_at} relative />, from: 'md', width: 150 },
  ]
  return (
    <>
      <PageHeader title={t('people.manager_title')} text={t('people.manager_text')} actions={add} />
      <RecordTable
        label={t('people.manager_title')}
        collection={collection}
        columns={columns}
        onRow={opened.open}
        actions={(m) => <ManagerMenu manager={m} own={m.id === person.id} onEdit={() => opened.open(m)} onAsk={(act) => setAsked({ act, manager: m })} />}
        empty={<EmptyState title={t('people.manager_empty_title')} text={t('people.manager_empty_text')} action={add} />}
      />
      {(opened.creating || opened.record) && <ManagerDialog key={opened.record?.id ?? 'new'} record={opened.record} onInvited={setInvited} onClose={opened.close} />}
      {invited && <InvitedDialog invited={invited} onClose={() => setInvited(null)} />}
      <Asked asked={asked} onInvited={setInvited} onClose={() => setAsked(null)} />
    </>
  )
}

function Name({ manager, you }: { manager: Manager; you: boolean }) {
  const t = useT()
  return (
    <>
      {manager.name}{' '}
      {you && (
        <Badge size="xs" variant="light" tt="none">
          {t('people.manager_you')}
        </Badge>
      )}
    </>
  )
}

/** ManagerStatus says whether a manager has taken the invitation. */
export function ManagerStatus({ manager }: { manager: Pick<Manager, 'status'> }) {
  const status = manager.status ?? 'active'
  return <StatusBadge tone={managerTones[status] ?? 'neutral'} label={tMaybe(`people.manager_status_${status}`) ?? status} />
}

interface MenuProps {
  manager: Manager
  own: boolean
  onEdit: () => void
  onAsk: (act: ManagerAct) => void
}

function ManagerMenu({ manager, own, onEdit, onAsk }: MenuProps) {
  const t = useT()
  const { role, administrator } = useSession()
  const active = manager.status === 'active'
  const owner = manager.role === 'owner'
  return (
    <RowMenu
      name={manager.name}
      actions={[
        { label: t('shell.edit'), may: 'account_manager.update', run: onEdit },
        { label: t('people.manager_resend'), may: 'account_manager.resend', shown: !active, run: () => onAsk('resend') },
        { label: t('people.manager_reset'), may: 'account_manager.reset', shown: active && !own, run: () => onAsk('reset') },
        { label: t('people.manager_signout'), may: 'account_manager.sign_out', shown: active, run: () => onAsk('sign_out') },
        {
          label: t('people.manager_handover'),
          may: 'account_manager.update',
          shown: active && !owner && (role === 'owner' || administrator),
          run: () => onAsk('owner'),
        },
        { label: t('shell.remove'), danger: true, may: 'account_manager.delete', shown: !own && !owner, run: () => onAsk('delete') },
      ]}
    />
  )
}

interface AskedProps {
  asked: { act: ManagerAct; manager: Manager } | null
  onInvited: (invited: Invited) => void
  onClose: () => void
}

// Asked asks before something is done to a manager, and does it.
function Asked({ asked, onInvited, onClose }: AskedProps) {
  const t = useT()
  const post = useAction([collection])
  const patch = usePatch<typeof collection, Manager>(collection)
  const remove = useRemove(collection)
  const act = asked?.act
  const name = asked?.manager.name ?? ''

  async function run() {
    if (!asked) return
    const { manager } = asked
    if (act === 'owner') {
      await patch.mutateAsync({ record: manager, changes: { role: 'owner' } })
      notifications.show({ message: t('shell.saved') })
    } else {
      const invitation = invitationOf(await post.mutateAsync({ path: `${collection}/${manager.id}/${act}` }))
      if (invitation) onInvited({ email: manager.email, invitation })
      else notifications.show({ message: t(act === 'sign_out' ? 'people.user_signedout' : 'shell.saved') })
    }
    onClose()
  }

  const words = {
    resend: [t('people.manager_resend'), t('people.manager_resend_text', { name })],
    reset: [t('people.manager_reset'), t('people.manager_reset_text', { name })],
    sign_out: [t('people.manager_signout'), t('people.user_signout_text', { name })],
    owner: [t('people.manager_handover'), t('people.manager_handover_text', { name })],
    delete: ['', ''],
  }[act ?? 'delete']
  return (
    <>
      <DeleteDialog name={act === 'delete' ? name : null} onDelete={() => remove.mutateAsync(asked!.manager)} onClose={onClose}>
        {t('people.manager_remove_text', { name })}
      </DeleteDialog>
      <ConfirmDialog opened={Boolean(act) && act !== 'delete'} title={words[0] ?? ''} confirm={words[0] ?? ''} onConfirm={run} onClose={onClose}>
        {words[1]}
      </ConfirmDialog>
    </>
  )
}

interface DialogProps {
  record: Manager | null
  onInvited: (invited: Invited) => void
  onClose: () => void
}

function ManagerDialog({ record, onInvited, onClose }: DialogProps) {
  const t = useT()
  const may = useMay()
  const { administrator } = useSession()
  const submit = useSubmit<Manager>(collection, record)
  const form = useForm({
    initialValues: {
      name: record?.name ?? '',
      email: record?.email ?? '',
      role: record?.role ?? 'account_manager',
      language: record?.language ?? (currentLanguage() as string),
      invite: 'link',
    },
  })
  const owner = record?.role === 'owner'
  // The owner's role goes with handing the account over; an account without owner gets one from an administrator.
  const roles = managerRoles.filter((r) => (r === 'owner' ? owner || (administrator && !record) : !owner))

  async function save({ invite, ...fields }: typeof form.values, key: string) {
    const saved = await submit(record ? fields : { ...fields, invite }, key)
    const invitation = record ? null : invitationOf(saved)
    if (invitation) onInvited({ email: saved.email, invitation })
  }

  return (
    <RecordDialog
      opened
      title={t(record ? 'people.manager_edit' : 'people.manager_add')}
      form={form}
      confirm={record ? t('shell.save') : t('people.manager_invite')}
      readOnly={!may(record ? 'account_manager.update' : 'account_manager.create')}
      submit={save}
      onClose={onClose}
    >
      <TextInput label={t('people.common_name')} required maxLength={100} data-autofocus {...form.getInputProps('name')} />
      <TextInput label={t('shell.email')} type="email" required {...form.getInputProps('email')} />
      <Select
        label={t('people.manager_role')}
        description={tMaybe(`people.role_${form.values.role}_text`)}
        data={roles.map((r) => ({ value: r, label: roleName(r) }))}
        allowDeselect={false}
        disabled={owner}
        {...form.getInputProps('role')}
      />
      <LanguageSelect {...form.getInputProps('language')} />
      {!record && (
        <Radio.Group label={t('people.manager_how')} {...form.getInputProps('invite')}>
          <Stack gap="xs" mt="xs">
            <Radio value="link" label={t('people.manager_how_link')} />
            <Radio value="password" label={t('people.manager_how_password')} />
          </Stack>
        </Radio.Group>
      )}
      {record?.must_change_password && (
        <Text size="sm" c="dimmed">
          {t('people.manager_must_change')}
        </Text>
      )}
    </RecordDialog>
  )
}
