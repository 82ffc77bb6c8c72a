import { NumberInput, Stack } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useUnsaved } from '~/app/unsaved'
import { useT } from '~/i18n'
import type { Bound } from './fields'
import { SaveCancel } from './TextSetting'
import { useBegun } from './useBegun'
import { useSave } from './useSave'

interface Props extends Bound<number | null> {
  label: string
  description?: ReactNode
  min?: number
  max?: number
  suffix?: string
  placeholder?: string
  /** Empty means null (no limit, the default). */
  emptyIsNull?: boolean
}

/** NumberSetting edits a number in place, with Save and Cancel after a change. */
export function NumberSetting({ name, value, disabled, save, label, description, emptyIsNull, ...input }: Props) {
  const t = useT()
  const [draft, setDraft] = useState<string | number | null>(null)
  const { busy, run, error, clear } = useSave()
  const begun = useBegun(value, save)
  const dirty = draft !== null && draft !== (value ?? '')
  useUnsaved(dirty)

  function cancel() {
    setDraft(null)
    clear()
  }

  function write(number: string | number) {
    if (draft === null) begun.begin()
    setDraft(number)
  }

  async function submit() {
    const put = begun.ours()
    const next = draft === '' || draft === null ? (emptyIsNull ? null : value) : Number(draft)
    if (await run(() => put(next))) setDraft(null)
  }

  return (
    <Stack gap={6}>
      <NumberInput
        label={label}
        description={description}
        name={name}
        value={draft ?? value ?? ''}
        readOnly={disabled}
        error={error(name)}
        allowDecimal={false}
        clampBehavior="none"
        onChange={write}
        onKeyDown={(e) => {
          if (e.key === 'Enter' && dirty) void submit()
          if (e.key === 'Escape' && dirty) cancel()
        }}
        {...input}
      />
      {dirty && <SaveCancel busy={busy} label={label} onSave={submit} onCancel={cancel} save={t('shell.save')} cancel={t('shell.cancel')} />}
    </Stack>
  )
}
