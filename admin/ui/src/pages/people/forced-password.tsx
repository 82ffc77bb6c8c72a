import { Anchor } from '@mantine/core'
import { useState } from 'react'
import { Redirect } from '~/app/account'
import { useSessionState } from '~/app/session'
import { useT } from '~/i18n'
import { ChangePassword } from './change-password'
import { Door, DoorWaiting } from './door'

/** ForcedPasswordPage stands before everything else of who came with a temporary password. */
export default function ForcedPasswordPage() {
  const t = useT()
  const { session, pending, logOut } = useSessionState()
  const [changed, setChanged] = useState(false)
  if (pending) return <DoorWaiting />
  if (!session) return <Redirect to="/login" />
  if (!session.must_change_password) return <Redirect to={changed ? '/' : '/profile'} />
  return (
    <Door title={t('people.password_forced_title')} text={t('people.password_forced_text')}>
      <ChangePassword onChange={() => setChanged(true)} />
      <Anchor component="button" type="button" size="sm" onClick={() => void logOut()} style={{ alignSelf: 'flex-start' }}>
        {t('shell.log_out')}
      </Anchor>
    </Door>
  )
}
