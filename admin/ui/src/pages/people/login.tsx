import { Anchor, Button } from '@mantine/core'
import { useSearch } from '@tanstack/react-router'
import { PageLink, Redirect } from '~/app/account'
import { LoginForm } from '~/app/login-dialog'
import { useSessionState } from '~/app/session'
import { useT } from '~/i18n'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { Door, DoorWaiting } from './door'
import { safeNext } from './next'

/** LoginPage is where a person without a session comes in. */
export default function LoginPage() {
  const t = useT()
  const { session, pending, problem, begin } = useSessionState()
  const { next } = useSearch({ strict: false }) as { next?: string }
  if (pending) return <DoorWaiting />
  if (session) return <Redirect {...whereTo(safeNext(next))} />
  return (
    <Door title={t('people.login_title')}>
      {problem && (
        <>
          <ProblemAlert problem={problem} />
          <Button variant="default" onClick={() => window.location.reload()}>
            {t('shell.reload')}
          </Button>
        </>
      )}
      <LoginForm email="" onSession={begin} />
      <Anchor component={PageLink} to="/forgotten" absolute size="sm">
        {t('people.login_forgot')}
      </Anchor>
    </Door>
  )
}

function whereTo(next: string) {
  const { pathname, search } = new URL(next, window.location.origin)
  return { to: pathname, search: Object.fromEntries(new URLSearchParams(search)) }
}
