import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useT } from '~/i18n'
import { SecretField } from '~/parts/SecretField'
import { formatTime } from '~/parts/Time'
import type { Invited } from './invitation-result'

interface Props {
  invited: Invited
  onClose: () => void
}

/** InvitedDialog says what became of an invitation; what no mail could carry is shown, once. */
export function InvitedDialog({ invited, onClose }: Props) {
  const t = useT()
  const { email, invitation } = invited
  const { link, temporary_password: password } = invitation
  const time = formatTime(new Date(invitation.expires_at))
  return (
    <Modal opened onClose={onClose} title={t('people.invite_title')} closeOnClickOutside={false} closeOnEscape={false}>
      <Stack>
        {invitation.mailed && <Text size="sm">{t('people.invite_mailed', { email, time })}</Text>}
        {link && (
          <>
            <Text size="sm">{t('people.invite_link', { time })}</Text>
            <SecretField open label={t('people.invite_link_label')} value={link} />
          </>
        )}
        {password && (
          <>
            <Text size="sm">{t('people.invite_password')}</Text>
            <SecretField open label={t('shell.email')} value={email} />
            <SecretField open label={t('people.invite_password_label')} value={password} />
          </>
        )}
        <Group justify="flex-end">
          <Button onClick={onClose} data-autofocus>
            {t('shell.close')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
