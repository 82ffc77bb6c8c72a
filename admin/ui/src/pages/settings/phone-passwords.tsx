import { Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { refresh, usePatch, usePath } from '~/api/records'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { ConfirmDialog } from '~/parts/ConfirmDialog'
import { RecordDialog } from '~/parts/RecordDialog'
import { SettingsSection } from '~/parts/SettingsSection'
import { StatusBadge } from '~/parts/StatusBadge'
import type { Account } from './account'

/** PhonePasswords are what phones must give to fetch, and the password of their own administrator. */
export function PhonePasswords({ account }: { account: Account }) {
  const t = useT()
  const may = useMay()('account.update')
  return (
    <SettingsSection title={t('settings.phone_passwords')}>
      <HTTPLogin account={account} may={may} />
      {may && <AdminPassword account={account} />}
    </SettingsSection>
  )
}

/** Open is the dialog on screen and the account as it was when that was opened. */
type Open = { dialog: 'set' | 'remove'; of: Account } | null

function HTTPLogin({ account, may }: { account: Account; may: boolean }) {
  const t = useT()
  const patch = usePatch<string, Account>('/v1/accounts')
  const [open, setOpen] = useState<Open>(null)
  const set = account.provision_password_set
  const close = () => setOpen(null)

  async function remove(of: Account) {
    await patch.mutateAsync({ record: of, changes: { provision_user: '', provision_password: null } })
    close()
  }

  return (
    <Stack gap="xs">
      <Group gap="xs">
        <Text size="sm" fw={500}>
          {t('settings.http_login')}
        </Text>
        <StatusBadge tone={set ? 'good' : 'neutral'} label={t(set ? 'shell.on' : 'shell.off')} />
        {set && <Text size="sm">{account.provision_user}</Text>}
      </Group>
      <Text size="sm" c="dimmed">
        {t('settings.http_login_text')}
      </Text>
      {may && (
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={() => setOpen({ dialog: 'set', of: account })}>
            {t(set ? 'settings.http_login_change' : 'settings.http_login_set')}
          </Button>
          {set && (
            <Button size="xs" variant="subtle" color="red" onClick={() => setOpen({ dialog: 'remove', of: account })}>
              {t('settings.http_login_remove')}
            </Button>
          )}
        </Group>
      )}
      {open?.dialog === 'set' && <HTTPLoginDialog account={open.of} onClose={close} />}
      {open?.dialog === 'remove' && (
        <ConfirmDialog opened title={t('settings.http_login_remove')} confirm={t('shell.remove')} danger onConfirm={() => remove(open.of)} onClose={close}>
          {t('settings.http_login_remove_text')}
        </ConfirmDialog>
      )}
    </Stack>
  )
}

/** HTTPLoginDialog sets user name and password, which belong together. */
function HTTPLoginDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const t = useT()
  const patch = usePatch<string, Account>('/v1/accounts')
  const missing = (text: string) => (text.trim() ? null : t('settings.must_be_given'))
  const form = useForm({
    initialValues: { provision_user: account.provision_user, provision_password: '' },
    validate: { provision_user: missing, provision_password: missing },
  })
  return (
    <RecordDialog opened title={t('settings.http_login')} form={form} submit={(values) => patch.mutateAsync({ record: account, changes: values })} onClose={onClose}>
      <Text size="sm">{t('settings.http_login_warning')}</Text>
      <TextInput label={t('settings.http_login_user')} withAsterisk autoComplete="off" data-autofocus {...form.getInputProps('provision_user')} />
      <PasswordInput label={t('shell.password')} withAsterisk autoComplete="new-password" maxLength={32} {...form.getInputProps('provision_password')} />
    </RecordDialog>
  )
}

/** AdminPassword has a new password made for the administrator of the phones. */
function AdminPassword({ account }: { account: Account }) {
  const t = useT()
  const client = useQueryClient()
  const provisioning = usePath('provisioning')
  const patch = usePatch<string, Account>('/v1/accounts')
  const [of, setOf] = useState<Account | null>(null)

  async function renew(record: Account) {
    await patch.mutateAsync({ record, changes: { phone_admin_password: null } })
    setOf(null)
    notifications.show({ message: t('settings.new_admin_password_made') })
    await refresh(client, provisioning)
  }

  return (
    <Stack gap="xs" align="flex-start">
      <Text size="sm" fw={500}>
        {t('settings.phone_admin_password')}
      </Text>
      <Button size="xs" variant="default" onClick={() => setOf(account)}>
        {t('settings.new_admin_password')}
      </Button>
      {of && (
        <ConfirmDialog opened title={t('settings.new_admin_password_title')} confirm={t('settings.new_admin_password')} danger onConfirm={() => renew(of)} onClose={() => setOf(null)}>
          {t('settings.new_admin_password_text')}
        </ConfirmDialog>
      )}
    </Stack>
  )
}
