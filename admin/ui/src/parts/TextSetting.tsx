import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core'
import { useState, type HTMLInputTypeAttribute, type KeyboardEvent, type ReactNode } from 'react'
import { useUnsaved } from '~/app/unsaved'
import { useT } from '~/i18n'
import type { Bound } from './fields'
import { useBegun } from './useBegun'
import { useSave } from './useSave'

interface Props extends Bound<string | null> {
  label: string
  description?: ReactNode
  placeholder?: string
  type?: HTMLInputTypeAttribute
  maxLength?: number
  multiline?: boolean
  /** Left out of the record when empty (null) instead of an empty text. */
  emptyIsNull?: boolean
}

/** TextSetting edits in place: Save and Cancel appear after a change; Enter saves, Escape takes back. */
export function TextSetting({ name, value, disabled, save, label, description, multiline, emptyIsNull, ...input }: Props) {
  const t = useT()
  const [draft, setDraft] = useState<string | null>(null)
  const { busy, run, error, clear } = useSave()
  const stored = value ?? ''
  const begun = useBegun(stored, save)
  const dirty = draft !== null && draft !== stored
  useUnsaved(dirty)

  function cancel() {
    setDraft(null)
    clear()
  }

  function write(text: string) {
    if (draft === null) begun.begin()
    setDraft(text)
  }

  async function submit() {
    const text = (draft ?? '').trim()
    const put = begun.ours()
    if (await run(() => put(text === '' && emptyIsNull ? null : text))) setDraft(null)
  }

  function keys(e: KeyboardEvent) {
    if (e.key === 'Escape' && dirty) {
      e.stopPropagation()
      cancel()
    }
    if (e.key === 'Enter' && dirty && (!multiline || e.ctrlKey)) {
      e.preventDefault()
      void submit()
    }
  }

  const shared = {
    label,
    description,
    name,
    value: draft ?? stored,
    readOnly: disabled,
    error: error(name),
    onKeyDown: keys,
    style: { flex: 1, minWidth: 200 },
    ...input,
  }
  return (
    <Stack gap={6}>
      {multiline ? (
        <Textarea autosize minRows={2} {...shared} onChange={(e) => write(e.currentTarget.value)} />
      ) : (
        <TextInput {...shared} onChange={(e) => write(e.currentTarget.value)} />
      )}
      {dirty && <SaveCancel busy={busy} label={label} onSave={submit} onCancel={cancel} save={t('shell.save')} cancel={t('shell.cancel')} />}
    </Stack>
  )
}

interface SaveCancelProps {
  busy: boolean
  label: string
  save: string
  cancel: string
  onSave: () => unknown
  onCancel: () => void
}

/** SaveCancel are the two buttons under a field that was changed. */
export function SaveCancel({ busy, label, save, cancel, onSave, onCancel }: SaveCancelProps) {
  return (
    <Group gap="xs">
      <Button size="compact-sm" loading={busy} onClick={() => void onSave()} aria-label={`${save}: ${label}`}>
        {save}
      </Button>
      <Button size="compact-sm" variant="default" onClick={onCancel} aria-label={`${cancel}: ${label}`}>
        {cancel}
      </Button>
    </Group>
  )
}
