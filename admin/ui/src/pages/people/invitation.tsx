import { Button, Stack, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useEffect, useState, type FormEvent } from 'react'
import { send } from '~/api/client'
import { problemOf, type Problem } from '~/api/problem'
import { useSessionState, type Session } from '~/app/session'
import { languages, setLanguage, useT, type Language } from '~/i18n'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { Time } from '~/parts/Time'
import { BackToLogin, Door, DoorWaiting } from './door'
import { NewPassword, nothingChosen, usable } from './new-password'

/** Token is what a one-time link is for. */
interface Token {
  kind: 'invitation' | 'reset' | 'first_login'
  email: string
  name: string
  account_name: string
  language: string
  needs_account: boolean
  expires_at: string
}

/** InvitationPage takes a one-time link: an invitation, a reset, or the very first log-in. */
export default function InvitationPage() {
  const t = useT()
  const { token = '' } = useParams({ strict: false }) as { token?: string }
  const path = `/v1/invitations/${encodeURIComponent(token)}`
  const query = useQuery({ queryKey: [path], queryFn: () => send<Token>('GET', path), retry: false, staleTime: Infinity, gcTime: 0 })
  const language = query.data?.language
  useEffect(() => {
    if (language && (languages as readonly string[]).includes(language)) void setLanguage(language as Language)
  }, [language])

  if (query.isPending) return <DoorWaiting />
  if (!query.data) {
    const problem = problemOf(query.error)
    if (problem.status !== 404) {
      return (
        <Door title={t('shell.product')}>
          <ProblemAlert problem={problem} />
          <Button onClick={() => void query.refetch()}>{t('shell.retry')}</Button>
        </Door>
      )
    }
    return (
      <Door title={t('people.token_gone_title')} text={t('people.token_gone_text')}>
        <BackToLogin />
      </Door>
    )
  }
  return <Accept token={query.data} path={path} />
}

function Accept({ token, path }: { token: Token; path: string }) {
  const t = useT()
  const { begin } = useSessionState()
  const navigate = useNavigate()
  const first = token.kind === 'first_login'
  const [chosen, setChosen] = useState(nothingChosen)
  const [person, setPerson] = useState({ name: token.name, email: token.email, account_name: token.account_name })
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)

  async function submit(e: FormEvent) {
    e.preventDefault()
    if (busy || !usable(chosen)) return
    setBusy(true)
    const { account_name, ...who } = person
    const body = { password: chosen.password, ...(first && who), ...(first && token.needs_account && { account_name }) }
    try {
      begin(await send<Session>('POST', path, { body }))
      void navigate({ to: '/', replace: true } as Parameters<typeof navigate>[0])
    } catch (err) {
      setProblem(problemOf(err))
      setBusy(false)
    }
  }

  const field = (name: keyof typeof person, label: string, type: string, complete: string) => (
    <TextInput
      label={label}
      type={type}
      name={name}
      autoComplete={complete}
      required
      value={person[name]}
      error={problem?.field(name)}
      onChange={(e) => setPerson({ ...person, [name]: e.currentTarget.value })}
    />
  )
  const { title, text } = welcome(t, token)
  return (
    <Door title={title} text={text}>
      <form onSubmit={(e) => void submit(e)}>
        <Stack>
          {problem && problem.errors.length === 0 && <ProblemAlert problem={problem} />}
          {first && field('name', t('people.token_name'), 'text', 'name')}
          {first && field('email', t('shell.email'), 'email', 'username')}
          {first && token.needs_account && field('account_name', t('people.token_account'), 'text', 'organization')}
          {!first && <input type="hidden" name="username" autoComplete="username" value={token.email} readOnly />}
          <NewPassword value={chosen} onChange={setChosen} error={problem?.field('password')} />
          <Button type="submit" loading={busy} disabled={!usable(chosen)}>
            {t('people.token_submit')}
          </Button>
          <Text size="sm" c="dimmed">
            {t('people.token_expires')} <Time at={token.expires_at} />
          </Text>
        </Stack>
      </form>
    </Door>
  )
}

function welcome(t: ReturnType<typeof useT>, token: Token): { title: string; text: string } {
  const { email, account_name: account } = token
  switch (token.kind) {
    case 'first_login':
      return { title: t('people.token_first'), text: t('people.token_first_text') }
    case 'reset':
      return { title: t('people.token_reset'), text: t('people.token_reset_text', { email }) }
    default:
      return {
        title: account ? t('people.token_invitation', { account }) : t('people.token_invitation_plain'),
        text: t('people.token_invitation_text', { email }),
      }
  }
}
