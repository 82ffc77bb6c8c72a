import { Button, PasswordInput, Stack } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import { send } from '~/api/client'
import { problemOf, type Problem } from '~/api/problem'
import { useSessionState, type Session } from '~/app/session'
import { useT } from '~/i18n'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { NewPassword, nothingChosen, usable } from './new-password'

interface Props {
  /** The password is another one; the session is about to say so. */
  onChange: () => void
}

/** ChangePassword changes the password of who is logged in; his other sessions end. */
export function ChangePassword({ onChange }: Props) {
  const t = useT()
  const { begin } = useSessionState()
  const [current, setCurrent] = useState('')
  const [chosen, setChosen] = useState(nothingChosen)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const wrong = problem?.field('current_password')
  const weak = problem?.field('new_password')

  async function submit(e: FormEvent) {
    e.preventDefault()
    if (busy || !usable(chosen)) return
    setBusy(true)
    try {
      const session = await send<Session>('POST', '/v1/session/password', { body: { current_password: current, new_password: chosen.password } })
      onChange()
      begin(session)
      setCurrent('')
      setChosen(nothingChosen)
      setProblem(null)
    } catch (err) {
      setProblem(problemOf(err))
    } finally {
      setBusy(false)
    }
  }

  return (
    <form onSubmit={(e) => void submit(e)}>
      <Stack>
        {problem && !wrong && !weak && <ProblemAlert problem={problem} />}
        <PasswordInput
          label={t('people.password_current')}
          name="current-password"
          autoComplete="current-password"
          required
          value={current}
          error={wrong && t('people.password_wrong')}
          onChange={(e) => setCurrent(e.currentTarget.value)}
        />
        <NewPassword value={chosen} onChange={setChosen} error={weak} />
        <Button type="submit" loading={busy} disabled={!current || !usable(chosen)} style={{ alignSelf: 'flex-start' }}>
          {t('people.password_submit')}
        </Button>
      </Stack>
    </form>
  )
}
