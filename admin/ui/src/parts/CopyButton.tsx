import { ActionIcon, Tooltip } from '@mantine/core'
import { Check, Copy, X } from 'lucide-react'
import { useState } from 'react'
import { useT } from '~/i18n'
import { copyText } from './clipboard'

/** How long the button shows what became of it, in milliseconds. */
const shown = 1500

/** CopyButton copies a value; the label names it for who cannot see ("Copy token"). */
export function CopyButton({ value, label }: { value: string; label: string }) {
  const t = useT()
  const [copied, setCopied] = useState<boolean | null>(null)

  async function copy() {
    setCopied(await copyText(value))
    setTimeout(() => setCopied(null), shown)
  }

  const what = t('shell.copy_value', { label })
  return (
    <Tooltip label={copied === null ? what : t(copied ? 'shell.copied' : 'shell.not_copied')}>
      <ActionIcon variant="subtle" color={copied === null ? 'gray' : copied ? 'green' : 'red'} onClick={() => void copy()} aria-label={what}>
        {copied === null ? <Copy size={16} aria-hidden /> : copied ? <Check size={16} aria-hidden /> : <X size={16} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  )
}
