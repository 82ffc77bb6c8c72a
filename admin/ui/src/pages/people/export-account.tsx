import { PasswordInput, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useT } from '~/i18n'
import { RecordDialog } from '~/parts/RecordDialog'
import { exportAccount, minPassphrase } from './account-file'

interface Props {
  account: { id: string; name: string }
  onClose: () => void
}

/** ExportAccount downloads an account as a file, with its secrets when a passphrase seals them. */
export function ExportAccount({ account, onClose }: Props) {
  const t = useT()
  const form = useForm({
    initialValues: { passphrase: '', again: '' },
    validate: {
      passphrase: (v) => {
        if (v !== v.trim()) return t('people.export_spaces')
        return v && [...v].length < minPassphrase ? t('people.password_long', { count: minPassphrase }) : null
      },
      again: (v, { passphrase }) => (v === passphrase ? null : t('people.password_differ')),
    },
  })
  return (
    <RecordDialog
      opened
      title={t('people.export_title', { name: account.name })}
      form={form}
      confirm={t('people.export')}
      onClose={onClose}
      submit={({ passphrase }) => exportAccount(account.id, passphrase)}
    >
      <Text size="sm">{t('people.export_text')}</Text>
      <PasswordInput label={t('people.export_passphrase')} description={t('people.export_passphrase_text')} autoComplete="new-password" data-autofocus {...form.getInputProps('passphrase')} />
      {form.values.passphrase && <PasswordInput label={t('people.password_again')} autoComplete="new-password" {...form.getInputProps('again')} />}
    </RecordDialog>
  )
}
