import { Alert, Badge, Button, Group, Text } from '@mantine/core'
import { Download, ScrollText, ShieldCheck } from 'lucide-react'
import { useState } from 'react'
import { withQuery } from '~/api/client'
import { useAction, usePath } from '~/api/records'
import type { components } from '~/api/schema'
import { useSearchValues } from '~/app/search'
import { useMay } from '~/app/session'
import { tMaybe, useT } from '~/i18n'
import { CopyButton } from '~/parts/CopyButton'
import { EmptyState } from '~/parts/EmptyState'
import { dateFilter, selectFilter, textFilter } from '~/parts/filter'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { StatusBadge, type Tone } from '~/parts/StatusBadge'
import { Time } from '~/parts/Time'
import { useSave } from '~/parts/useSave'
import { EntryDialog } from './entry-dialog'
import { eventFilter } from './event-filter'

/** Entry is one line of the audit log. */
export type Entry = components['schemas']['AuditEntry']

/** outcomeTones are the tones of the three outcomes. */
export const outcomeTones: Record<string, Tone> = { success: 'good', failure: 'warning', denied: 'bad' }

const outcomes = ['success', 'failure', 'denied']

interface Props {
  /** '/v1/audit_entries' for the platform's; the account's by default. */
  collection?: string
  events?: string
}

/** Activity is the audit log: newest first, a filter under each header. */
export default function Activity({ collection = 'audit_entries', events = 'audit_events' }: Props) {
  const t = useT()
  const [open, setOpen] = useState<Entry | null>(null)
  const [date, event] = [dateFilter(), eventFilter(events)]
  const outcome = (o: string) => tMaybe(`settings.outcome_${o}`) ?? o
  const columns: Column<Entry>[] = [
    { key: 'time', header: t('settings.time'), width: 215, cell: (e) => <Time at={e.timestamp} />, filter: date },
    { key: 'event', header: t('settings.event'), cell: (e) => <EventName entry={e} />, filter: event },
    { key: 'resource', header: t('settings.resource'), cell: (e) => e.resource, filter: textFilter('resource', t('settings.begins_with')), from: 'sm' },
    { key: 'actor', header: t('settings.actor'), cell: (e) => <ActorName actor={e.actor} />, filter: textFilter('actor', t('settings.begins_with')) },
    {
      key: 'outcome',
      header: t('settings.outcome'),
      width: 130,
      cell: (e) => <StatusBadge tone={outcomeTones[e.outcome] ?? 'neutral'} label={outcome(e.outcome)} />,
      filter: selectFilter('outcome', outcomes.map((value) => ({ value, label: outcome(value) }))),
    },
    { key: 'ip', header: t('settings.ip'), width: 150, cell: (e) => e.ip, filter: textFilter('ip', t('settings.ip_example')), from: 'sm' },
  ]
  return (
    <>
      <RecordTable
        label={t('settings.activity')}
        collection={collection}
        columns={columns}
        onRow={setOpen}
        actions={(e) => (
          <span className="on-hover">
            <CopyButton value={JSON.stringify(e, null, 2)} label={t('settings.as_json', { event: e.event })} />
          </span>
        )}
        tools={<Tools collection={collection} filters={[date, event]} />}
        empty={<EmptyState icon={ScrollText} title={t('settings.no_activity')} text={t('settings.no_activity_text')} />}
      />
      <EntryDialog entry={open} onClose={() => setOpen(null)} />
    </>
  )
}

function EventName({ entry }: { entry: Entry }) {
  return (
    <Group gap={6} wrap="nowrap">
      <Text span ff="monospace" size="sm">
        {entry.event}
      </Text>
      {(entry.count ?? 0) > 1 && (
        <Badge size="sm" variant="default">
          ×{entry.count}
        </Badge>
      )}
    </Group>
  )
}

/** ActorName is who did it: the name at the time, which stays readable after a deletion. */
export function ActorName({ actor }: { actor: Entry['actor'] }) {
  return <span title={[actor.type, actor.id, actor.email].filter(Boolean).join(' ')}>{actor.name || actor.id || actor.type}</span>
}

type Filters = ReturnType<typeof dateFilter>[]

/** Tools exports what the filters let through, and verifies the chain of hashes. */
function Tools({ collection, filters }: { collection: string; filters: Filters }) {
  const t = useT()
  const may = useMay()
  const path = usePath(collection)
  const values = useSearchValues()
  const query = Object.assign({ resource: values.resource, actor: values.actor, outcome: values.outcome, ip: values.ip }, ...filters.map((f) => f.query?.(values)))
  return (
    <>
      {may('audit_entry.verify') && <Verify path={path} />}
      {may('audit_entry.export') && (
        <Button component="a" href={withQuery(`${path}/export`, query)} download size="compact-sm" variant="default" leftSection={<Download size={14} aria-hidden />}>
          {t('settings.export')}
        </Button>
      )}
    </>
  )
}

type Proof = components['schemas']['AuditProof']

function Verify({ path }: { path: string }) {
  const t = useT()
  const verify = useAction<Proof>()
  const { busy, run, problem } = useSave()
  const proof = verify.data
  return (
    <>
      <ProblemAlert problem={problem} />
      {proof && !busy && (
        <Alert color={proof.intact ? 'green' : 'red'} variant="light" py={4} role="status">
          {proof.intact ? t('settings.intact', { count: proof.entries }) : t('settings.broken', { seq: String(proof.broken_at), detail: proof.detail })}
        </Alert>
      )}
      <Button size="compact-sm" variant="default" loading={busy} leftSection={<ShieldCheck size={14} aria-hidden />} onClick={() => void run(() => verify.mutateAsync({ path: `${path}/verify` }))}>
        {t('settings.verify')}
      </Button>
    </>
  )
}
