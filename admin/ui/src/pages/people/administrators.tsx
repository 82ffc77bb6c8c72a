import { Radio, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { useAction, useRemove } from '~/api/records'
import { useSession } from '~/app/session'
import { currentLanguage, useT } from '~/i18n'
import { ConfirmDialog, DeleteDialog } from '~/parts/ConfirmDialog'
import { EmptyState } from '~/parts/EmptyState'
import { PageHeader } from '~/parts/PageHeader'
import { RecordDialog } from '~/parts/RecordDialog'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { Time } from '~/parts/Time'
import { AddButton } from './add-button'
import { invitationOf, type Invited } from './invitation-result'
import { InvitedDialog } from './invited-dialog'
import { LanguageSelect } from './language-select'
import type { Manager } from './manager-record'
import { ManagerStatus } from './managers'
import { useOpened, useSubmit } from './record-form'
import { RowMenu } from './row-menu'

const collection = '/v1/administrators'

type Act = 'resend' | 'reset' | 'sign_out' | 'delete'

/** AdministratorsPage lists who looks after the whole daemon. */
export default function AdministratorsPage() {
  const t = useT()
  const { person } = useSession()
  const opened = useOpened<Manager>(collection)
  const post = useAction([collection])
  const remove = useRemove(collection)
  const [invited, setInvited] = useState<Invited | null>(null)
  const [asked, setAsked] = useState<{ act: Act; who: Manager } | null>(null)
  const name = asked?.who.name ?? ''
  const close = () => setAsked(null)
  const ask = (act: Act, who: Manager) => () => setAsked({ act, who })
  const add = <AddButton may="administrator.create" label={t('people.administrator_add')} onClick={opened.create} />
  const columns: Column<Manager>[] = [
    { key: 'name', header: t('people.common_name'), cell: (m) => m.name },
    { key: 'email', header: t('shell.email'), cell: (m) => m.email, from: 'xs' },
    { key: 'status', header: t('people.common_status'), cell: (m) => <ManagerStatus manager={m} />, from: 'xs', width: 150 },
    { key: 'last', header: t('people.manager_last_login'), cell: (m) => <Time at={m.last_login_at} relative />, from: 'md', width: 150 },
  ]

  async function run() {
    if (!asked) return
    const invitation = invitationOf(await post.mutateAsync({ path: `${collection}/${asked.who.id}/${asked.act}` }))
    if (invitation) setInvited({ email: asked.who.email, invitation })
    else notifications.show({ message: t('people.user_signedout') })
    close()
  }

  const words = {
    resend: [t('people.manager_resend'), t('people.manager_resend_text', { name })],
    reset: [t('people.manager_reset'), t('people.manager_reset_text', { name })],
    sign_out: [t('people.manager_signout'), t('people.user_signout_text', { name })],
    delete: ['', ''],
  }[asked?.act ?? 'delete']
  return (
    <>
      <PageHeader title={t('people.administrator_title')} text={t('people.administrator_text')} actions={add} />
      <RecordTable
        label={t('people.administrator_title')}
        collection={collection}
        columns={columns}
        actions={(m) => (
          <RowMenu
            name={m.name}
            actions={[
              { label: t('people.manager_resend'), may: 'administrator.resend', shown: m.status !== 'active', run: ask('resend', m) },
              { label: t('people.manager_reset'), may: 'administrator.reset', shown: m.status === 'active' && m.id !== person.id, run: ask('reset', m) },
              { label: t('people.manager_signout'), may: 'administrator.sign_out', shown: m.status === 'active', run: ask('sign_out', m) },
              { label: t('shell.remove'), danger: true, may: 'administrator.delete', shown: m.id !== person.id, run: ask('delete', m) },
            ]}
          />
        )}
        empty={<EmptyState title={t('people.administrator_empty_title')} text={t('people.administrator_empty_text')} action={add} />}
      />
      {opened.creating && <AdministratorDialog onInvited={setInvited} onClose={opened.close} />}
      {invited && <InvitedDialog invited={invited} onClose={() => setInvited(null)} />}
      <DeleteDialog name={asked?.act === 'delete' ? name : null} onDelete={() => remove.mutateAsync(asked!.who)} onClose={close}>
        {t('people.administrator_remove_text', { name })}
      </DeleteDialog>
      <ConfirmDialog opened={Boolean(asked) && asked?.act !== 'delete'} title={words[0] ?? ''} confirm={words[0] ?? ''} onConfirm={run} onClose={close}>
        {words[1]}
      </ConfirmDialog>
    </>
  )
}

interface DialogProps {
  onInvited: (invited: Invited) => void
  onClose: () => void
}

function AdministratorDialog({ onInvited, onClose }: DialogProps) {
  const t = useT()
  const submit = useSubmit<Manager>(collection, null)
  const form = useForm({ initialValues: { name: '', email: '', language: currentLanguage() as string, invite: 'link' } })
  return (
    <RecordDialog
      opened
      title={t('people.administrator_add')}
      form={form}
      confirm={t('people.manager_invite')}
      submit={async (values, key) => {
        const saved = await submit(values, key)
        const invitation = invitationOf(saved)
        if (invitation) onInvited({ email: saved.email, invitation })
      }}
      onClose={onClose}
    >
      <TextInput label={t('people.common_name')} required maxLength={100} data-autofocus {...form.getInputProps('name')} />
      <TextInput label={t('shell.email')} type="email" required {...form.getInputProps('email')} />
      <LanguageSelect {...form.getInputProps('language')} />
      <Radio.Group label={t('people.manager_how')} {...form.getInputProps('invite')}>
        <Stack gap="xs" mt="xs">
          <Radio value="link" label={t('people.manager_how_link')} />
          <Radio value="password" label={t('people.manager_how_password')} />
        </Stack>
      </Radio.Group>
    </RecordDialog>
  )
}
