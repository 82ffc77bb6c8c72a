import { Button, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import { codeOffline, Problem, problemOf, readProblem } from '~/api/problem'
import { useT } from '~/i18n'
import { ProblemAlert } from '~/parts/ProblemAlert'
import type { Session } from './session'

interface Props {
  email: string
  onSession: (session: Session) => void
}

/** LoginDialog opens over the page when the session has ended: the page stays as it is. */
export function LoginDialog({ email, onSession }: Props) {
  const t = useT()
  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} closeOnEscape={false} closeOnClickOutside={false} title={t('shell.session_ended')} zIndex={1000}>
      <Text mb="md">{t('shell.session_ended_text')}</Text>
      <LoginForm email={email} onSession={onSession} />
    </Modal>
  )
}

/** LoginForm asks for e-mail and password. */
export function LoginForm({ email, onSession }: Props) {
  const t = useT()
  const [name, setName] = useState(email)
  const [password, setPassword] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)

  async function submit(e: FormEvent) {
    e.preventDefault()
    if (busy) return
    setBusy(true)
    try {
      onSession(await logIn(name.trim(), password))
    } catch (err) {
      setProblem(problemOf(err))
      setPassword('')
    } finally {
      setBusy(false)
    }
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        {problem && <ProblemAlert problem={problem} />}
        <TextInput label={t('shell.email')} type="email" name="email" autoComplete="username" required value={name} onChange={(e) => setName(e.currentTarget.value)} />
        <PasswordInput label={t('shell.password')} name="password" autoComplete="current-password" required data-autofocus={email ? true : undefined} value={password} onChange={(e) => setPassword(e.currentTarget.value)} />
        <Button type="submit" loading={busy}>
          {t('shell.log_in')}
        </Button>
      </Stack>
    </form>
  )
}

/** logIn opens a session. It does not go through `send`, which would wait for a login. */
async function logIn(email: string, password: string): Promise<Session> {
  
  const response = await fetch('/v1/session', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify({ email, password }),
    credentials: 'same-origin',
  }).catch(() => {
    throw new Problem(0, { code: codeOffline, title: 'offline' })
  })
  if (!response.ok) throw await readProblem(response)
  return (await response.json()) as Session
}
