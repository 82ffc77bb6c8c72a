import { Modal, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useNavigate } from '@tanstack/react-router'
import { FileUp } from 'lucide-react'
import { useMemo, useState } from 'react'
import { problemOf, type Problem } from '~/api/problem'
import { useRemove } from '~/api/records'
import type { Shown } from '~/api/types'
import { accountPath } from '~/app/account'
import { currentLanguage, useT } from '~/i18n'
import { EmptyState } from '~/parts/EmptyState'
import { May } from '~/parts/May'
import { PageHeader } from '~/parts/PageHeader'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { RecordDialog } from '~/parts/RecordDialog'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { Time } from '~/parts/Time'
import { AddButton } from './add-button'
import { ExportAccount } from './export-account'
import { ImportAccount } from './import-account'
import { LanguageSelect } from './language-select'
import { useOpened, useSubmit } from './record-form'
import { RowMenu } from './row-menu'
import { timezones } from './timezones'

type Account = Shown<'Account'>

const collection = '/v1/accounts'

/** AccountsPage lists every account of the daemon, for platform administrators. */
export default function AccountsPage() {
  const t = useT()
  const opened = useOpened<Account>(collection)
  const navigate = useNavigate()
  const [removing, setRemoving] = useState<Account | null>(null)
  const [exporting, setExporting] = useState<Account | null>(null)
  const [importing, setImporting] = useState(false)
  const enter = (a: Account) => void navigate({ to: accountPath(a.id, '/') } as Parameters<typeof navigate>[0])
  const add = <AddButton may="account.create" label={t('people.account_add')} onClick={opened.create} />
  const actions = (
    <>
      <May do="account.import">
        <Button variant="default" leftSection={<FileUp size={16} aria-hidden />} onClick={() => setImporting(true)}>
          {t('people.import')}
        </Button>
      </May>
      {add}
    </>
  )
  const columns: Column<Account>[] = [
    { key: 'name', header: t('people.common_name'), cell: (a) => a.name },
    { key: 'email', header: t('shell.email'), cell: (a) => a.email, from: 'sm' },
    { key: 'contact', header: t('people.account_contact'), cell: (a) => a.primary_contact_name, from: 'md' },
    { key: 'timezone', header: t('people.account_timezone'), cell: (a) => a.timezone, from: 'md', width: 190 },
    { key: 'created', header: t('people.common_created'), cell: (a) => <Time at={a.created_at} relative />, from: 'sm', width: 150 },
  ]
  return (
    <>
      <PageHeader title={t('people.account_title')} text={t('people.account_text')} actions={actions} />
      <RecordTable
        label={t('people.account_title')}
        collection={collection}
        columns={columns}
        onRow={enter}
        actions={(a) => (
          <RowMenu
            name={a.name}
            actions={[
              { label: t('people.account_enter'), run: () => enter(a) },
              { label: t('people.export'), may: 'account.export', run: () => setExporting(a) },
              { label: t('shell.delete'), danger: true, may: 'account.delete', run: () => setRemoving(a) },
            ]}
          />
        )}
        empty={<EmptyState title={t('people.account_empty_title')} text={t('people.account_empty_text')} action={add} />}
      />
      {opened.creating && <AccountDialog onClose={opened.close} />}
      {exporting && <ExportAccount key={exporting.id} account={exporting} onClose={() => setExporting(null)} />}
      {importing && <ImportAccount onClose={() => setImporting(false)} />}
      {removing && <RemoveAccount key={removing.id} account={removing} onClose={() => setRemoving(null)} />}
    </>
  )
}

function AccountDialog({ onClose }: { onClose: () => void }) {
  const t = useT()
  const submit = useSubmit<Account>(collection, null)
  const zones = useMemo(timezones, [])
  const form = useForm({
    initialValues: {
      name: '',
      email: '',
      primary_contact_name: '',
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC',
      language: currentLanguage() as string,
    },
  })
  return (
    <RecordDialog opened title={t('people.account_add')} form={form} confirm={t('shell.create')} submit={submit} onClose={onClose}>
      <TextInput label={t('people.common_name')} required maxLength={100} data-autofocus {...form.getInputProps('name')} />
      <TextInput label={t('shell.email')} type="email" required {...form.getInputProps('email')} />
      <TextInput label={t('people.account_contact')} maxLength={100} {...form.getInputProps('primary_contact_name')} />
      <Select label={t('people.account_timezone')} data={zones} searchable limit={100} allowDeselect={false} {...form.getInputProps('timezone')} />
      <LanguageSelect {...form.getInputProps('language')} />
    </RecordDialog>
  )
}

// RemoveAccount wants the account's name typed: nothing of it is left afterwards.
function RemoveAccount({ account, onClose }: { account: Account; onClose: () => void }) {
  const t = useT()
  const remove = useRemove(collection)
  const [typed, setTyped] = useState('')
  const [problem, setProblem] = useState<Problem | null>(null)

  async function run() {
    try {
      await remove.mutateAsync(account)
      onClose()
    } catch (err) {
      setProblem(problemOf(err))
    }
  }

  return (
    <Modal opened onClose={onClose} title={t('shell.delete_named', { name: account.name })}>
      <Stack>
        <Text size="sm">{t('people.account_delete_text')}</Text>
        <ProblemAlert problem={problem} />
        <TextInput label={t('people.account_delete_name')} autoComplete="off" value={typed} onChange={(e) => setTyped(e.currentTarget.value)} data-autofocus />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('shell.cancel')}
          </Button>
          <Button color="red" loading={remove.isPending} disabled={typed.trim() !== account.name.trim()} onClick={() => void run()}>
            {t('shell.delete')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
