import { ActionIcon, Box, Group, NumberInput, Stack, Text } from '@mantine/core'
import { ArrowDown, ArrowUp, X } from 'lucide-react'
import { useState } from 'react'
import { usePatch } from '~/api/records'
import type { Row } from '~/api/types'
import { useMay } from '~/app/session'
import { useUnsaved } from '~/app/unsaved'
import { useT } from '~/i18n'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { ReferencePicker } from '~/parts/ReferencePicker'
import { SaveCancel } from '~/parts/TextSetting'
import { useBegun } from '~/parts/useBegun'
import { useSave } from '~/parts/useSave'
import { added, moved, removed, withPenalty, type Member } from './members'
import { useRecordName } from './record-name'

/** Most agents a queue may have. */
const maxMembers = 200

/** QueueMembers are a queue's agents in their order, with their penalties. */
export function QueueMembers({ queue }: { queue: Row<'call_queues'> }) {
  const t = useT()
  const editable = useMay()('call_queue.update')
  const patch = usePatch<'call_queues', Row<'call_queues'>>('call_queues')
  const stored = queue.members as Member[]
  const [draft, setDraft] = useState<Member[] | null>(null)
  const begun = useBegun(stored, (changed: Member[]) => patch.mutateAsync({ record: queue, changes: { members: changed } }))
  const { run, busy, problem, clear } = useSave()
  const members = draft ?? stored
  useUnsaved(draft !== null)
  const cancel = () => {
    setDraft(null)
    clear()
  }
  const write = (changed: Member[]) => {
    if (draft === null) begun.begin()
    setDraft(changed)
  }
  const submit = async () => {
    const put = begun.ours()
    if (await run(() => put(members))) setDraft(null)
  }
  return (
    <Stack gap="sm">
      {members.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('live.add_agents')}
        </Text>
      )}
      {members.length > 0 && (
        <Text size="xs" c="dimmed" ta="right" pr={editable ? 146 : 32} aria-hidden>
          {t('live.penalty')}
        </Text>
      )}
      <Box component="ol" m={0} p={0} style={{ listStyle: 'none' }}>
        {members.map((member, i) => (
          <li key={member.user}>
            <MemberRow
              member={member}
              place={i + 1}
              last={i === members.length - 1}
              editable={editable}
              onMove={(by) => write(moved(members, i, by))}
              onPenalty={(penalty) => write(withPenalty(members, i, penalty))}
              onRemove={() => write(removed(members, i))}
            />
          </li>
        ))}
      </Box>
      {editable && members.length < maxMembers && (
        <ReferencePicker
          key={members.length}
          collection="users"
          label={t('live.add_agent')}
          placeholder={t('shell.type_to_search')}
          value={null}
          allow={(r) => !members.some((m) => m.user === r.id)}
          onChange={(id) => id && write(added(members, id))}
          maw={360}
        />
      )}
      <ProblemAlert problem={problem} />
      {draft && (
        <SaveCancel
          busy={busy}
          label={t('live.agents')}
          save={t('shell.save')}
          cancel={t('shell.cancel')}
          onSave={submit}
          onCancel={cancel}
        />
      )}
    </Stack>
  )
}

interface RowProps {
  member: Member
  place: number
  last: boolean
  editable: boolean
  onMove: (by: -1 | 1) => void
  onPenalty: (penalty: number) => void
  onRemove: () => void
}

function MemberRow({ member, place, last, editable, onMove, onPenalty, onRemove }: RowProps) {
  const t = useT()
  const name = useRecordName('users', member.user) ?? t('live.gone')
  return (
    <Group wrap="nowrap" gap="xs" py={4}>
      <Text w={28} size="sm" c="dimmed" ta="right">
        {place}
      </Text>
      <Text flex={1} size="sm" miw={0} style={{ overflowWrap: 'anywhere' }}>
        {name}
      </Text>
      <NumberInput
        size="xs"
        w={84}
        min={0}
        max={100}
        allowDecimal={false}
        aria-label={t('live.penalty_of', { name })}
        title={t('live.penalty_text')}
        value={member.penalty ?? 0}
        readOnly={!editable}
        onChange={(n) => onPenalty(Number(n) || 0)}
      />
      {editable && (
        <>
          <ActionIcon variant="subtle" color="gray" disabled={place === 1} onClick={() => onMove(-1)} aria-label={t('live.move_up', { name })}>
            <ArrowUp size={16} aria-hidden />
          </ActionIcon>
          <ActionIcon variant="subtle" color="gray" disabled={last} onClick={() => onMove(1)} aria-label={t('live.move_down', { name })}>
            <ArrowDown size={16} aria-hidden />
          </ActionIcon>
          <ActionIcon variant="subtle" color="red" onClick={onRemove} aria-label={t('live.remove_agent', { name })}>
            <X size={16} aria-hidden />
          </ActionIcon>
        </>
      )}
    </Group>
  )
}
