import { Button, Group, Stack } from '@mantine/core'
import { useState } from 'react'
import { useUnsaved } from '~/app/unsaved'
import { useT } from '~/i18n'
import { ProblemAlert } from '~/parts/ProblemAlert'
import type { Target } from '~/parts/TargetPicker'
import { useSave } from '~/parts/useSave'
import { changedFields } from './changed'
import { TargetList } from './target-list'

/** mostTargets is how many ring besides a user's own lines. */
const mostTargets = 5

interface Props<T> {
  record: T
  disabled: boolean
  /** The person may not choose among users and phones. */
  outsideOnly?: boolean
  /** Saves; record is the one the change began with. */
  save: (targets: Target[], record: T) => Promise<unknown>
}

/** SimultaneousRing edits what rings besides a user's own lines. */
export function SimultaneousRing<T extends { simultaneous_ring: Target[] }>({ record, disabled, outsideOnly, save }: Props<T>) {
  const t = useT()
  const [edit, setEdit] = useState<{ targets: Target[]; of: T } | null>(null)
  const { busy, problem, run, clear } = useSave()
  const targets = edit?.targets ?? record.simultaneous_ring
  const dirty = edit !== null && Object.keys(changedFields(edit.of, { simultaneous_ring: targets })).length > 0
  useUnsaved(dirty)

  async function submit() {
    if (edit && (await run(() => save(edit.targets, edit.of)))) setEdit(null)
  }

  function cancel() {
    setEdit(null)
    clear()
  }

  return (
    <Stack>
      <ProblemAlert problem={problem?.errors.length ? null : problem} />
      <TargetList
        label={t('people.ring_title')}
        description={t('people.ring_text', { count: mostTargets })}
        none={t('people.ring_none')}
        add={t('people.ring_add')}
        one={(n) => t('people.ring_one', { n })}
        value={targets}
        most={mostTargets}
        disabled={disabled}
        types={outsideOnly ? ['external'] : undefined}
        error={(field) => problem?.field(`simultaneous_ring${field}`) ?? ''}
        onChange={(next) => setEdit({ targets: next, of: edit?.of ?? record })}
      />
      {dirty && (
        <Group>
          <Button loading={busy} onClick={() => void submit()}>
            {t('shell.save')}
          </Button>
          <Button variant="default" onClick={cancel}>
            {t('shell.cancel')}
          </Button>
        </Group>
      )}
    </Stack>
  )
}
