import { Button, Stack, Text, TextInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import { send } from '~/api/client'
import { problemOf, type Problem } from '~/api/problem'
import { useT } from '~/i18n'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { BackToLogin, Door } from './door'

/** ForgottenPage sends a link to choose a new password. It never tells whether there is such a person. */
export default function ForgottenPage() {
  const t = useT()
  const [email, setEmail] = useState('')
  const [sentTo, setSentTo] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)

  async function submit(e: FormEvent) {
    e.preventDefault()
    if (busy) return
    setBusy(true)
    try {
      await send('POST', '/v1/password_resets', { body: { email: email.trim() } })
      setSentTo(email.trim())
      setProblem(null)
    } catch (err) {
      setProblem(problemOf(err))
    } finally {
      setBusy(false)
    }
  }

  if (sentTo) {
    return (
      <Door title={t('people.forgot_title')} text={t('people.forgot_sent', { email: sentTo })}>
        <Text c="dimmed">{t('people.forgot_none')}</Text>
        <BackToLogin />
      </Door>
    )
  }
  return (
    <Door title={t('people.forgot_title')} text={t('people.forgot_text')}>
      <form onSubmit={(e) => void submit(e)}>
        <Stack>
          {problem && !problem.field('email') && <ProblemAlert problem={problem} />}
          <TextInput
            label={t('shell.email')}
            type="email"
            name="email"
            autoComplete="username"
            required
            value={email}
            error={problem?.field('email')}
            onChange={(e) => setEmail(e.currentTarget.value)}
          />
          <Button type="submit" loading={busy}>
            {t('people.forgot_submit')}
          </Button>
        </Stack>
      </form>
      <BackToLogin />
    </Door>
  )
}
