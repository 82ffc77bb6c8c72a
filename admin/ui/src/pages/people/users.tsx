import { TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMemo, useState } from 'react'
import { useAll, useRemove } from '~/api/records'
import { currentLanguage, tMaybe, useT } from '~/i18n'
import { DeleteDialog } from '~/parts/ConfirmDialog'
import { EmptyState } from '~/parts/EmptyState'
import { PageHeader } from '~/parts/PageHeader'
import { RecordDialog } from '~/parts/RecordDialog'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { StatusBadge } from '~/parts/StatusBadge'
import { Time } from '~/parts/Time'
import { textFilter } from '~/parts/filter'
import { AddButton } from './add-button'
import { LanguageSelect } from './language-select'
import { useGoNext, useOpened, useSubmit } from './record-form'
import { RowMenu } from './row-menu'
import { loginTones, type User } from './user-record'

/** UsersPage lists the people who are called. */
export default function UsersPage() {
  const t = useT()
  const opened = useOpened<User>('users')
  const [removing, setRemoving] = useState<User | null>(null)
  const remove = useRemove('users')
  const numbers = useExtensionNumbers()
  const goNext = useGoNext()
  const add = <AddButton may="user.create" label={t('people.user_add')} onClick={opened.create} />
  const columns: Column<User>[] = [
    { key: 'name', header: t('people.common_name'), cell: (u) => u.name, filter: textFilter('text') },
    { key: 'extensions', header: t('people.user_extensions'), cell: (u) => numbers(u.id), width: 120 },
    { key: 'email', header: t('shell.email'), cell: (u) => u.email, from: 'sm' },
    { key: 'login', header: t('people.user_login'), cell: (u) => <LoginBadge user={u} />, from: 'sm', width: 140 },
    { key: 'created', header: t('people.common_created'), cell: (u) => <Time at={u.created_at} relative />, from: 'lg', width: 140 },
  ]
  return (
    <>
      <PageHeader title={t('people.user_title')} actions={add} />
      <RecordTable
        label={t('people.user_title')}
        collection="users"
        columns={columns}
        rowLink={(u) => `/users/${u.id}`}
        actions={(u) => (
          <RowMenu name={u.name} actions={[{ label: t('shell.delete'), danger: true, may: 'user.delete', run: () => setRemoving(u) }]} />
        )}
        empty={<EmptyState title={t('people.user_empty_title')} text={t('people.user_empty_text')} action={add} />}
      />
      {opened.creating && <UserDialog onCreated={(u) => goNext(`/users/${u.id}`)} onClose={opened.close} />}
      <DeleteDialog name={removing?.name ?? null} onDelete={() => remove.mutateAsync(removing!)} onClose={() => setRemoving(null)}>
        {t('people.user_delete_text')}
      </DeleteDialog>
    </>
  )
}

/** LoginBadge says whether a user logs in. */
export function LoginBadge({ user }: { user: User }) {
  const login = user.login ?? 'none'
  return <StatusBadge tone={loginTones[login] ?? 'neutral'} label={tMaybe(`people.user_login_${login}`) ?? login} />
}

// useExtensionNumbers gives the extensions that lead to a user, as text.
function useExtensionNumbers() {
  const extensions = useAll('extensions')
  return useMemo(() => {
    const byUser = new Map<string, string[]>()
    for (const e of extensions.data ?? []) {
      const user = e.target.type === 'user' ? e.target.id : null
      if (user) byUser.set(user, [...(byUser.get(user) ?? []), e.number])
    }
    return (user: string) => byUser.get(user)?.sort().join(', ') ?? ''
  }, [extensions.data])
}

function UserDialog({ onCreated, onClose }: { onCreated: (u: User) => void; onClose: () => void }) {
  const t = useT()
  const submit = useSubmit<User>('users', null)
  const form = useForm({ initialValues: { name: '', email: '', language: currentLanguage() as string } })
  return (
    <RecordDialog
      opened
      title={t('people.user_add')}
      form={form}
      confirm={t('shell.create')}
      submit={async (values, key) => onCreated(await submit(values, key))}
      onClose={onClose}
    >
      <TextInput label={t('people.common_name')} required maxLength={100} data-autofocus {...form.getInputProps('name')} />
      <TextInput label={t('shell.email')} type="email" required {...form.getInputProps('email')} />
      <LanguageSelect {...form.getInputProps('language')} />
    </RecordDialog>
  )
}
