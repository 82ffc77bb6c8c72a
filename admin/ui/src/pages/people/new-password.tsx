import { List, PasswordInput, Text, VisuallyHidden } from '@mantine/core'
import { Check, Circle } from 'lucide-react'
import { useId } from 'react'
import { useT } from '~/i18n'
import { fewestDifferent, keepsRule, passwordChecks, shortestPassword } from './password'

/** Chosen is a new password and its repetition. */
export interface Chosen {
  password: string
  again: string
}

/** nothingChosen is what a form begins with. */
export const nothingChosen: Chosen = { password: '', again: '' }

/** usable says whether a choice may be sent. */
export const usable = ({ password, again }: Chosen) => keepsRule(password) && password === again

interface Props {
  value: Chosen
  onChange: (value: Chosen) => void
  /** What the API says of the password. */
  error?: string
}

/** NewPassword asks for a new password twice and shows what it still lacks. */
export function NewPassword({ value, onChange, error }: Props) {
  const t = useT()
  const rule = useId()
  const differs = value.again !== '' && value.again !== value.password
  return (
    <>
      <PasswordInput
        label={t('people.password_new')}
        name="new-password"
        autoComplete="new-password"
        required
        value={value.password}
        error={error}
        aria-describedby={rule}
        onChange={(e) => onChange({ ...value, password: e.currentTarget.value })}
      />
      <Rule id={rule} password={value.password} />
      <PasswordInput
        label={t('people.password_again')}
        name="new-password-again"
        autoComplete="new-password"
        required
        value={value.again}
        error={differs && t('people.password_differ')}
        onChange={(e) => onChange({ ...value, again: e.currentTarget.value })}
      />
    </>
  )
}

function Rule({ id, password }: { id: string; password: string }) {
  const t = useT()
  const checks = passwordChecks(password)
  const parts = [
    { kept: checks.long, text: t('people.password_long', { count: shortestPassword }) },
    { kept: checks.varied, text: t('people.password_varied', { count: fewestDifferent }) },
  ]
  return (
    <div id={id}>
      <Text size="sm" c="dimmed">
        {t('people.password_rule')}
      </Text>
      <List size="sm" spacing={2} center>
        {parts.map(({ kept, text }) => (
          <List.Item key={text} icon={kept ? <Check size={14} aria-hidden /> : <Circle size={14} aria-hidden />} c={kept ? undefined : 'dimmed'}>
            {text} <VisuallyHidden>({kept ? t('people.password_kept') : t('people.password_open')})</VisuallyHidden>
          </List.Item>
        ))}
      </List>
      <Text size="sm" c="dimmed">
        {t('people.password_personal')}
      </Text>
    </div>
  )
}
