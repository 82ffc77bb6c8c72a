import { Stack } from '@mantine/core'
import { useState } from 'react'
import { useUnsaved } from '~/app/unsaved'
import { useT } from '~/i18n'
import { TargetPicker, targetErrors, type Target } from '~/parts/TargetPicker'
import { SaveCancel } from '~/parts/TextSetting'
import { useBegun } from '~/parts/useBegun'
import { useSave } from '~/parts/useSave'
import { useAccountFields, type Account } from './account'

/** ParkFallback is where a call goes that nobody fetched; without one it is parked again. */
export function ParkFallback({ account }: { account: Account }) {
  const t = useT()
  const { value, save, disabled } = useAccountFields(account)('park_fallback')
  const [draft, setDraft] = useState<Target | null | undefined>()
  const { busy, run, problem, clear } = useSave()
  const begun = useBegun(value, save)
  const dirty = draft !== undefined
  useUnsaved(dirty)
  const errors = Object.fromEntries(problem?.errors.map((e) => [e.field, e.detail]) ?? [])
  const label = t('settings.park_fallback')

  function cancel() {
    setDraft(undefined)
    clear()
  }

  function write(target: Target | null) {
    if (!dirty) begun.begin()
    setDraft(target)
  }

  async function submit() {
    const put = begun.ours()
    if (await run(() => put((draft ?? null) as typeof value))) setDraft(undefined)
  }

  return (
    <Stack gap={6}>
      <TargetPicker
        label={label}
        value={dirty ? (draft ?? null) : (value as Target | null)}
        onChange={write}
        types={['user', 'ring_group', 'call_queue', 'external']}
        clearable
        disabled={disabled}
        errors={targetErrors(errors, 'park_fallback')}
      />
      {dirty && <SaveCancel busy={busy} label={label} onSave={submit} onCancel={cancel} save={t('shell.save')} cancel={t('shell.cancel')} />}
    </Stack>
  )
}
