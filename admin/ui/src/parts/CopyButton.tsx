import { ActionIcon, CopyButton as Copier, Tooltip } from '@mantine/core'
import { Check, Copy } from 'lucide-react'
import { useT } from '~/i18n'

/** CopyButton copies a value; the label names it for who cannot see ("Copy token"). */
export function CopyButton({ value, label }: { value: string; label: string }) {
  const t = useT()
  return (
    <Copier value={value}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? t('shell.copied') : t('shell.copy_value', { label })}>
          <ActionIcon variant="subtle" color={copied ? 'green' : 'gray'} onClick={copy} aria-label={t('shell.copy_value', { label })}>
            {copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      )}
    </Copier>
  )
}
