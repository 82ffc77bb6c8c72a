import { Anchor } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { Redirect } from '~/app/account'
import { useSessionState } from '~/app/session'
import { useT } from '~/i18n'
import { ChangePassword } from './change-password'
import { Door, DoorWaiting } from './door'

/** ForcedPasswordPage stands before everything else of who came with a temporary password. */
export default function ForcedPasswordPage() {
  const t = useT()
  const { session, pending, logOut } = useSessionState()
  const navigate = useNavigate()
  if (pending) return <DoorWaiting />
  if (!session) return <Redirect to="/login" />
  if (!session.must_change_password) return <Redirect to="/profile" />
  return (
    <Door title={t('people.password_forced_title')} text={t('people.password_forced_text')}>
      <ChangePassword onChanged={() => void navigate({ to: '/', replace: true } as Parameters<typeof navigate>[0])} />
      <Anchor component="button" type="button" size="sm" onClick={() => void logOut()} style={{ alignSelf: 'flex-start' }}>
        {t('shell.log_out')}
      </Anchor>
    </Door>
  )
}
