import { Stack, TagsInput } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useUnsaved } from '~/app/unsaved'
import { useT } from '~/i18n'
import type { Bound } from './fields'
import { SaveCancel } from './TextSetting'
import { useBegun } from './useBegun'
import { useSave } from './useSave'

interface Props extends Bound<string[] | null> {
  label: string
  description?: ReactNode
  placeholder?: string
  maxTags?: number
}

/** ListSetting edits a list of short texts (addresses, networks) in place, with Save and Cancel after a change. */
export function ListSetting({ name, value, disabled, save, label, description, placeholder, maxTags }: Props) {
  const t = useT()
  const [draft, setDraft] = useState<string[] | null>(null)
  const { busy, run, error, clear } = useSave()
  const stored = value ?? []
  const begun = useBegun(stored, save)
  const dirty = draft !== null && draft.join('\n') !== stored.join('\n')
  useUnsaved(dirty)

  function cancel() {
    setDraft(null)
    clear()
  }

  function write(list: string[]) {
    if (draft === null) begun.begin()
    setDraft(list)
  }

  async function submit() {
    const put = begun.ours()
    if (await run(() => put(draft))) setDraft(null)
  }

  return (
    <Stack gap={6}>
      <TagsInput
        label={label}
        description={description}
        name={name}
        value={draft ?? stored}
        onChange={write}
        placeholder={disabled ? undefined : placeholder}
        readOnly={disabled}
        error={error(name)}
        maxTags={maxTags}
        splitChars={[',', ';', ' ']}
        acceptValueOnBlur
        clearable={!disabled}
      />
      {dirty && <SaveCancel busy={busy} label={label} onSave={submit} onCancel={cancel} save={t('shell.save')} cancel={t('shell.cancel')} />}
    </Stack>
  )
}
