import { PasswordInput, Radio, Stack, Switch, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { RecordDialog } from '~/parts/RecordDialog'
import type { components } from '~/api/schema'
import { localMoment, momentOf } from './moment'
import { useSubmit } from './record-form'

export type Credential = components['schemas']['Credential'] & { id: string }

/** credentialsOf is the collection of a list's credentials. */
export const credentialsOf = (list: string) => `credential_lists/${list}/credentials`

interface Props {
  list: string
  record: Credential | null
  /** A password the server made, shown once. */
  onPassword: (username: string, password: string) => void
  onClose: () => void
}

type How = 'keep' | 'generate' | 'choose'

/** CredentialDialog makes or changes a SIP user name with its password. */
export function CredentialDialog({ list, record, onPassword, onClose }: Props) {
  const t = useT()
  const may = useMay()
  const submit = useSubmit<Credential>(credentialsOf(list), record)
  const form = useForm({
    initialValues: {
      username: record?.username ?? '',
      how: (record ? 'keep' : 'generate') as How,
      password: '',
      expires_at: localMoment(record?.expires_at),
      enabled: record?.enabled ?? true,
    },
  })
  const { how } = form.values

  async function save({ username, password, expires_at, enabled }: typeof form.values, key: string) {
    const same = record && localMoment(record.expires_at) === expires_at // to the minute
    const saved = await submit(
      {
        ...(!record && { username: username.trim() }),
        ...(how === 'choose' && { password }),
        ...(how === 'generate' && record && { password: null }),
        expires_at: same ? record.expires_at : momentOf(expires_at),
        enabled,
      },
      key,
    )
    if (saved.password && how !== 'choose') onPassword(saved.username, saved.password)
  }

  return (
    <RecordDialog
      opened
      title={record ? t('people.credential_edit', { name: record.username }) : t('people.credential_add')}
      form={form}
      confirm={record ? t('shell.save') : t('shell.create')}
      readOnly={!may(record ? 'credential.update' : 'credential.create')}
      submit={save}
      onClose={onClose}
    >
      {!record && (
        <TextInput
          label={t('people.credential_username')}
          description={t('people.credential_username_hint', { count: 32 })}
          required
          maxLength={32}
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('username')}
        />
      )}
      <Radio.Group label={t('people.credential_password')} value={how} onChange={(next) => form.setFieldValue('how', next as How)}>
        <Stack gap="xs" mt="xs">
          {record && <Radio value="keep" label={t('people.credential_password_keep')} />}
          <Radio value="generate" label={t('people.credential_password_generate')} />
          <Radio value="choose" label={t('people.credential_password_choose')} />
        </Stack>
      </Radio.Group>
      {how === 'choose' && (
        <PasswordInput
          label={t('people.credential_password')}
          description={t('people.credential_password_rule', { count: 12 })}
          required
          autoComplete="new-password"
          maxLength={128}
          {...form.getInputProps('password')}
        />
      )}
      <TextInput type="datetime-local" label={t('people.credential_expires')} description={t('people.credential_expires_never')} {...form.getInputProps('expires_at')} />
      <Switch label={t('people.common_enabled')} description={t('people.credential_enabled_hint')} {...form.getInputProps('enabled', { type: 'checkbox' })} />
    </RecordDialog>
  )
}
