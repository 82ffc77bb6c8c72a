import { ActionIcon, Group, Input, Text, Tooltip } from '@mantine/core'
import { Eye, EyeOff } from 'lucide-react'
import { useState } from 'react'
import { useT } from '~/i18n'
import { CopyButton } from './CopyButton'

interface Props {
  label: string
  description?: string
  /** null: there is none, or this person may not see it. */
  value: string | null | undefined
  /** Shown from the start: not a secret, or one shown once. */
  open?: boolean
}

/** SecretField shows a value behind dots, with a button to show and one to copy. */
export function SecretField({ label, description, value, open = false }: Props) {
  const t = useT()
  const [shown, setShown] = useState(open)
  return (
    <Input.Wrapper label={label} description={description} labelElement="div">
      <Group gap={4} wrap="nowrap">
        {value ? (
          <>
            <Text ff="monospace" size="sm" style={{ overflowWrap: 'anywhere' }}>
              {shown ? value : '•'.repeat(12)}
            </Text>
            {!open && (
              <Tooltip label={t(shown ? 'shell.hide_value' : 'shell.show_value', { label })}>
                <ActionIcon variant="subtle" color="gray" onClick={() => setShown(!shown)} aria-label={t(shown ? 'shell.hide_value' : 'shell.show_value', { label })}>
                  {shown ? <EyeOff size={16} aria-hidden /> : <Eye size={16} aria-hidden />}
                </ActionIcon>
              </Tooltip>
            )}
            <CopyButton value={value} label={label} />
          </>
        ) : (
          <Text c="dimmed" size="sm">
            {t('shell.hidden')}
          </Text>
        )}
      </Group>
    </Input.Wrapper>
  )
}
