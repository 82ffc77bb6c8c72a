import { Button } from '@mantine/core'
import { MailCheck } from 'lucide-react'
import { useState } from 'react'
import type { Row } from '~/api/types'
import { useLive } from '~/app/live'
import { useMay } from '~/app/session'
import { LiveLost } from '~/app/shell'
import { useT } from '~/i18n'
import { EmptyState } from '~/parts/EmptyState'
import { May } from '~/parts/May'
import { PageHeader } from '~/parts/PageHeader'
import { Phone } from '~/parts/Phone'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { StatusBadge } from '~/parts/StatusBadge'
import { TabbedPage } from '~/parts/TabbedPage'
import { Time } from '~/parts/Time'
import { dateFilter, referenceFilter, selectFilter } from '~/parts/filter'
import { Coverage } from './emergency-coverage'
import { Lint } from './emergency-lint'
import { EmergencyTest } from './emergency-test'
import { choices, State } from './states'
import { tally } from './tally'

type Emergency = Row<'emergency_calls'>

const outcomes = ['started', 'answered', 'ended', 'cancelled', 'not_connected', 'interrupted', 'no_call'] as const

/** Emergencies are calls for help and tests of them, how phones are covered, and what is amiss. */
export default function Emergencies() {
  const t = useT()
  const may = useMay()
  const { lost } = useLive()
  const [testing, setTesting] = useState(false)
  return (
    <>
      <PageHeader
        title={t('live.emergency_calls')}
        text={t('live.emergency_calls_text')}
        actions={
          <May do="emergency_call.test">
            <Button variant="default" leftSection={<MailCheck size={16} aria-hidden />} onClick={() => setTesting(true)}>
              {t('live.test_notification')}
            </Button>
          </May>
        }
      />
      <LiveLost lost={lost} />
      <TabbedPage
        label={t('live.emergency_calls')}
        tabs={[
          { key: 'calls', label: t('live.calls_and_tests'), content: <List /> },
          { key: 'coverage', label: t('live.coverage'), shown: may('emergency_call.coverage'), content: <Coverage /> },
          { key: 'lint', label: t('live.lint'), shown: may('account.lint'), content: <Lint /> },
        ]}
      />
      {testing && <EmergencyTest onClose={() => setTesting(false)} />}
    </>
  )
}

function List() {
  const t = useT()
  const columns: Column<Emergency>[] = [
    { key: 'time', header: t('live.time'), width: 190, filter: dateFilter(), cell: (e) => <Time at={e.started_at} /> },
    {
      key: 'kind', header: t('live.kind'), width: 130, filter: selectFilter('test', [{ value: 'false', label: t('live.kind_real') }, { value: 'true', label: t('live.kind_test') }]),
      cell: (e) => <Kind test={e.test} number={e.dialled} />,
    },
    { key: 'who', header: t('live.who_called'), filter: referenceFilter('device', 'devices'), cell: (e) => e.caller.name || e.caller.device_name || e.caller.extension || t(e.outcome === 'no_call' ? 'live.mail_test_title' : 'live.nobody') },
    { key: 'where', header: t('live.location'), filter: referenceFilter('location', 'locations'), cell: (e) => e.location.name || t('live.no_location') },
    { key: 'outcome', header: t('live.outcome'), filter: selectFilter('outcome', choices('emergency', outcomes)), cell: (e) => <State family="emergency" value={e.outcome} /> },
    { key: 'told', header: t('live.told'), from: 'sm', cell: (e) => <Told recipients={e.recipients} /> },
    { key: 'callback', header: t('live.callback_number'), from: 'lg', cell: (e) => <Phone number={e.callback_number} /> },
  ]
  return (
    <RecordTable<Emergency>
      label={t('live.calls_and_tests')}
      collection="emergency_calls"
      columns={columns}
      rowLink={(e) => `/emergency_calls/${e.id}`}
      empty={<EmptyState title={t('live.no_emergencies')} text={t('live.no_emergencies_text')} />}
    />
  )
}

/** Kind tells a call for help from a test. */
export function Kind({ test, number }: { test: boolean; number: string }) {
  const t = useT()
  const label = test ? t('live.kind_test') : t('live.kind_real')
  return <StatusBadge tone={test ? 'neutral' : 'bad'} label={[label, number].filter(Boolean).join(' ')} />
}

/** Told is how many of the recipients have their mails. */
export function Told({ recipients }: { recipients: readonly { state: string }[] }) {
  const t = useT()
  const { delivered, failed, pending, all } = tally(recipients)
  if (all === 0) return <StatusBadge tone="bad" label={t('live.told_nobody')} />
  const label = t('live.of', { count: delivered, all })
  if (failed > 0) return <StatusBadge tone="bad" label={label} reason={t('live.told_failed', { count: failed })} />
  return <StatusBadge tone={pending > 0 ? 'busy' : 'good'} label={label} />
}
