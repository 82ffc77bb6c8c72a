import { Text } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { problemOf } from '~/api/problem'
import { useAction, usePath, useRecord, useRemove } from '~/api/records'
import { ProblemPage } from '~/app/problem'
import { useT } from '~/i18n'
import { ConfirmDialog, DeleteDialog } from '~/parts/ConfirmDialog'
import { EmptyState } from '~/parts/EmptyState'
import { PageHeader } from '~/parts/PageHeader'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { StatusBadge } from '~/parts/StatusBadge'
import { Time } from '~/parts/Time'
import { textFilter } from '~/parts/filter'
import { AddButton } from './add-button'
import { AttachedDomains } from './attached'
import { CredentialDialog, credentialsOf, type Credential } from './credential-dialog'
import type { CredentialList } from './list-table'
import { Loading } from './loading'
import { OnceDialog } from './once-dialog'
import { useOpened } from './record-form'
import { RowMenu } from './row-menu'

/** ListPage is one credential list with its credentials. */
export default function ListPage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string }
  const list = useRecord('credential_lists', id)
  if (list.isPending) return <Loading />
  if (!list.data) return <ProblemPage problem={problemOf(list.error)} />
  return <Page list={list.data} />
}

interface Shown {
  username: string
  password: string
}

function Page({ list }: { list: CredentialList }) {
  const t = useT()
  const collection = credentialsOf(list.id)
  const opened = useOpened<Credential>(collection)
  const remove = useRemove(collection)
  const reveal = useAction<Shown>()
  const path = usePath(collection)
  const [removing, setRemoving] = useState<Credential | null>(null)
  const [revealing, setRevealing] = useState<Credential | null>(null)
  const [shown, setShown] = useState<Shown | null>(null)
  const add = <AddButton may="credential.create" label={t('people.credential_add')} onClick={opened.create} />
  const columns: Column<Credential>[] = [
    { key: 'username', header: t('people.credential_username'), cell: (c) => c.username, filter: textFilter('text') },
    { key: 'status', header: t('people.common_status'), cell: (c) => <CredentialStatus credential={c} />, width: 130 },
    { key: 'expires', header: t('people.credential_expires'), cell: (c) => <Time at={c.expires_at} />, from: 'sm', width: 220 },
    { key: 'created', header: t('people.common_created'), cell: (c) => <Time at={c.created_at} relative />, from: 'md', width: 140 },
  ]
  return (
    <>
      <PageHeader title={list.name} trail={[{ to: '/credential_lists', label: t('people.list_title') }]} actions={add} />
      <Text size="sm" component="div" mb="md">
        {t('people.list_attached')}: <AttachedDomains list={list.id} />
      </Text>
      <RecordTable
        label={t('people.credential_title')}
        collection={collection}
        columns={columns}
        onRow={opened.open}
        actions={(c) => (
          <RowMenu
            name={c.username}
            actions={[
              { label: t('people.credential_reveal'), may: 'credential.reveal', run: () => setRevealing(c) },
              { label: t('shell.edit'), may: 'credential.update', run: () => opened.open(c) },
              { label: t('shell.delete'), danger: true, may: 'credential.delete', run: () => setRemoving(c) },
            ]}
          />
        )}
        empty={<EmptyState title={t('people.credential_empty_title')} text={t('people.credential_empty_text')} action={add} />}
      />
      {(opened.creating || opened.record) && (
        <CredentialDialog
          key={opened.record?.id ?? 'new'}
          list={list.id}
          record={opened.record}
          onPassword={(username, password) => setShown({ username, password })}
          onClose={opened.close}
        />
      )}
      <ConfirmDialog
        opened={revealing !== null}
        title={t('people.credential_once_title', { name: revealing?.username ?? '' })}
        confirm={t('people.credential_reveal')}
        onConfirm={async () => {
          setShown(await reveal.mutateAsync({ path: `${path}/${revealing!.id}/reveal` }))
          setRevealing(null)
        }}
        onClose={() => setRevealing(null)}
      >
        {t('people.credential_reveal_text')}
      </ConfirmDialog>
      {shown && (
        <OnceDialog
          title={t('people.credential_once_title', { name: shown.username })}
          text={t('people.credential_once_text')}
          label={t('people.credential_password')}
          value={shown.password}
          onClose={() => (setShown(null), reveal.reset())}
        />
      )}
      <DeleteDialog name={removing?.username ?? null} onDelete={() => remove.mutateAsync(removing!)} onClose={() => setRemoving(null)}>
        {t('people.credential_delete_text', { name: removing?.username ?? '' })}
      </DeleteDialog>
    </>
  )
}

function CredentialStatus({ credential }: { credential: Credential }) {
  const t = useT()
  if (credential.expires_at && new Date(credential.expires_at) <= new Date()) return <StatusBadge tone="warning" label={t('people.credential_expired')} />
  return <StatusBadge tone={credential.enabled ? 'good' : 'neutral'} label={t(credential.enabled ? 'people.common_enabled' : 'people.common_disabled')} />
}
