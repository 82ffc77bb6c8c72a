import { Card, SimpleGrid, Stack, Switch, Title } from '@mantine/core'
import { useState } from 'react'
import { usePatch } from '~/api/records'
import type { Row } from '~/api/types'
import { useMay } from '~/app/session'
import { useUnsaved } from '~/app/unsaved'
import { useT } from '~/i18n'
import { useFields, type Bound } from '~/parts/fields'
import { NumberSetting } from '~/parts/NumberSetting'
import { ReferencePicker } from '~/parts/ReferencePicker'
import { SelectSetting } from '~/parts/SelectSetting'
import { TargetPicker, type Target } from '~/parts/TargetPicker'
import { SaveCancel, TextSetting } from '~/parts/TextSetting'
import { ToggleSetting } from '~/parts/ToggleSetting'
import { useBegun } from '~/parts/useBegun'
import { useSave } from '~/parts/useSave'
import { strategies } from './queue-create'
import { QueueMembers } from './queue-members'
import { choices } from './states'

type Queue = Row<'call_queues'>

/** QueueSettings are a queue's: its agents, how they are rung, and what callers hear. */
export function QueueSettings({ queue }: { queue: Queue }) {
  const t = useT()
  const field = useFields<Queue>('call_queues', queue, 'call_queue.update')
  return (
    <Stack>
      <Card withBorder>
        <Title order={2} size="h4" mb="sm">
          {t('live.agents')}
        </Title>
        <QueueMembers queue={queue} />
      </Card>
      <Card withBorder>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextSetting label={t('live.name')} maxLength={100} {...field('name')} />
          <SelectSetting label={t('live.strategy')} data={choices('strategy', strategies)} {...field('strategy')} />
          <NumberSetting label={t('live.ring_seconds')} description={t('live.ring_seconds_text')} min={5} max={300} suffix=" s" {...field('timeout_seconds')} />
          <NumberSetting label={t('live.wrap_up')} description={t('live.wrap_up_text')} min={0} max={600} suffix=" s" {...field('wrap_up_seconds')} />
          <NumberSetting label={t('live.max_length')} description={t('live.max_length_text')} min={1} max={1000} {...field('max_length')} />
          <NumberSetting label={t('live.max_wait')} description={t('live.max_wait_text')} min={0} max={86400} suffix=" s" {...field('max_wait_seconds')} />
          <NumberSetting label={t('live.service_seconds')} description={t('live.service_seconds_text')} min={1} max={3600} suffix=" s" {...field('service_level_seconds')} />
          <TextSetting label={t('live.prefix')} description={t('live.prefix_text')} maxLength={20} {...field('caller_id_prefix')} />
          <Stack>
            <ToggleSetting label={t('live.ring_in_use')} description={t('live.ring_in_use_text')} {...field('ring_in_use')} />
            <ToggleSetting label={t('live.join_empty')} description={t('live.join_empty_text')} {...field('join_empty')} />
            <ToggleSetting label={t('live.leave_when_empty')} description={t('live.leave_when_empty_text')} {...field('leave_when_empty')} />
          </Stack>
          <ClipSetting label={t('live.hold_music')} {...field('hold_music_clip')} />
        </SimpleGrid>
      </Card>
      <Card withBorder>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Announcements queue={queue} />
          <Callback queue={queue} />
          <Overflow queue={queue} />
        </SimpleGrid>
      </Card>
    </Stack>
  )
}

/** ClipSetting chooses an audio clip, or what is usual. */
function ClipSetting({ label, name, value, disabled, save }: Bound<string | null> & { label: string }) {
  const t = useT()
  const { run, error } = useSave()
  return (
    <ReferencePicker
      collection="audio_clips"
      label={label}
      name={name}
      value={value}
      disabled={disabled}
      error={error(name)}
      placeholder={t('live.account_music')}
      clearable
      onChange={(id) => id !== value && void run(() => save(id))}
    />
  )
}

/** useQueueChange saves a field of the queue. */
function useQueueChange(queue: Queue) {
  const patch = usePatch<'call_queues', Queue>('call_queues')
  const disabled = !useMay()('call_queue.update')
  return { disabled, change: (changes: Record<string, unknown>) => patch.mutateAsync({ record: queue, changes }) }
}

function Announcements({ queue }: { queue: Queue }) {
  const t = useT()
  const { disabled, change } = useQueueChange(queue)
  const { run, error } = useSave()
  const seconds = queue.announcements?.frequency_seconds ?? null
  return (
    <Stack gap="xs">
      <Switch
        label={t('live.announce_place')}
        description={t('live.announce_place_text')}
        checked={seconds !== null}
        disabled={disabled}
        error={error('announcements')}
        onChange={(e) => void run(() => change({ announcements: e.currentTarget.checked ? { frequency_seconds: 60 } : null }))}
      />
      {seconds !== null && (
        <NumberSetting
          name="announcements"
          label={t('live.announce_every')}
          min={10}
          max={600}
          suffix=" s"
          value={seconds}
          disabled={disabled}
          save={(value) => change({ announcements: { frequency_seconds: value } })}
        />
      )}
    </Stack>
  )
}

function Callback({ queue }: { queue: Queue }) {
  const t = useT()
  const { disabled, change } = useQueueChange(queue)
  const { run, error } = useSave()
  const offer = queue.callback
  return (
    <Stack gap="xs">
      <Switch
        label={t('live.offer_callback')}
        description={t('live.offer_callback_text')}
        checked={Boolean(offer)}
        disabled={disabled}
        error={error('callback')}
        onChange={(e) => void run(() => change({ callback: e.currentTarget.checked ? { offer_after_seconds: 60 } : null }))}
      />
      {offer && (
        <>
          <NumberSetting
            name="callback"
            label={t('live.offer_after')}
            min={0}
            max={3600}
            suffix=" s"
            value={offer.offer_after_seconds}
            disabled={disabled}
            save={(value) => change({ callback: { ...offer, offer_after_seconds: value } })}
          />
          <ReferencePicker
            collection="numbers"
            label={t('live.callback_number')}
            placeholder={t('live.number_called')}
            clearable
            value={offer.outbound_number}
            disabled={disabled}
            onChange={(id) => void run(() => change({ callback: { ...offer, outbound_number: id } }))}
          />
        </>
      )}
    </Stack>
  )
}

/** Overflow is where calls go that cannot wait, saved once it is whole. */
function Overflow({ queue }: { queue: Queue }) {
  const t = useT()
  const { disabled, change } = useQueueChange(queue)
  const { run, busy, problem, error, clear } = useSave()
  const [draft, setDraft] = useState<Target | null | undefined>(undefined)
  const begun = useBegun(queue.overflow, change)
  const dirty = draft !== undefined
  useUnsaved(dirty)
  const errors = Object.fromEntries((problem?.errors ?? []).filter((e) => e.field.startsWith('overflow')).map((e) => [e.field.replace(/^overflow\.?/, ''), e.detail]))
  const cancel = () => {
    setDraft(undefined)
    clear()
  }
  const write = (target: Target | null) => {
    if (!dirty) begun.begin()
    setDraft(target)
  }
  const submit = async () => {
    const put = begun.ours()
    if (await run(() => put({ overflow: draft }))) setDraft(undefined)
  }
  return (
    <Stack gap="xs">
      <TargetPicker
        label={t('live.overflow')}
        value={dirty ? draft : (queue.overflow as Target | null)}
        onChange={write}
        clearable
        disabled={disabled}
        errors={problem && Object.keys(errors).length === 0 ? { '': error('overflow') ?? '' } : errors}
      />
      {dirty && (
        <SaveCancel
          busy={busy}
          label={t('live.overflow')}
          save={t('shell.save')}
          cancel={t('shell.cancel')}
          onSave={submit}
          onCancel={cancel}
        />
      )}
    </Stack>
  )
}
