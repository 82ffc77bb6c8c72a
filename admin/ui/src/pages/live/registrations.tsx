import { Text } from '@mantine/core'
import type { Row } from '~/api/types'
import { useLive } from '~/app/live'
import { useMay } from '~/app/session'
import { LiveLost } from '~/app/shell'
import { tMaybe, useT } from '~/i18n'
import { EmptyState } from '~/parts/EmptyState'
import { PageHeader } from '~/parts/PageHeader'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { TabbedPage } from '~/parts/TabbedPage'
import { Time } from '~/parts/Time'
import { referenceFilter, textFilter } from '~/parts/filter'
import { Countdown } from './elapsed'
import { RecordName } from './record-name'
import { word } from './states'

type Registration = Row<'registrations'>
type Failure = Row<'registration_failures'>

/** Registrations are the phones that are registered now, and why others are not. */
export default function Registrations() {
  const t = useT()
  const may = useMay()
  const { lost } = useLive()
  return (
    <>
      <PageHeader title={t('live.registrations')} text={t('live.registrations_text')} />
      <LiveLost lost={lost} />
      <TabbedPage
        label={t('live.registrations')}
        tabs={[
          { key: 'registered', label: t('live.registered'), content: <Registered /> },
          { key: 'failures', label: t('live.failures'), shown: may('registration_failure.list'), content: <Failures /> },
        ]}
      />
    </>
  )
}

function Registered() {
  const t = useT()
  const columns: Column<Registration>[] = [
    { key: 'aor', header: t('live.sip_user'), filter: textFilter('aor', 'user@domain'), cell: (r) => <Aor aor={r.aor} /> },
    { key: 'device', header: t('live.device'), filter: referenceFilter('device', 'devices'), cell: (r) => <RecordName collection="devices" id={r.device} link /> },
    { key: 'source', header: t('live.source'), from: 'sm', cell: (r) => `${r.source} ${r.transport.toUpperCase()}` },
    { key: 'agent', header: t('live.user_agent'), from: 'lg', cell: (r) => r.user_agent },
    { key: 'since', header: t('live.registered_at'), from: 'md', cell: (r) => <Time at={r.registered_at} relative /> },
    { key: 'expires', header: t('live.expires_in'), width: 100, cell: (r) => <Countdown to={r.expires_at} /> },
  ]
  return (
    <RecordTable<Registration>
      label={t('live.registered')}
      collection="registrations"
      columns={columns}
      rowKey={(r) => `${r.aor} ${r.contact}`}
      empty={<EmptyState title={t('live.no_registrations')} text={t('live.no_registrations_text')} />}
    />
  )
}

function Failures() {
  const t = useT()
  const columns: Column<Failure>[] = [
    { key: 'time', header: t('live.last_time'), width: 190, cell: (f) => <Time at={f.time} /> },
    { key: 'aor', header: t('live.sip_user'), filter: textFilter('aor', 'user@domain'), cell: (f) => <Aor aor={f.aor} /> },
    { key: 'cause', header: t('live.cause_and_advice'), cell: (f) => <Advice failure={f} /> },
    { key: 'count', header: t('live.times'), width: 70, from: 'xs', cell: (f) => f.count },
    { key: 'source', header: t('live.source'), from: 'md', cell: (f) => f.source },
    { key: 'agent', header: t('live.user_agent'), from: 'lg', cell: (f) => f.user_agent },
  ]
  return (
    <RecordTable<Failure>
      label={t('live.failures')}
      collection="registration_failures"
      columns={columns}
      rowHeight={72}
      empty={<EmptyState title={t('live.no_failures')} text={t('live.no_failures_text')} />}
    />
  )
}

const Aor = ({ aor }: { aor: string }) => aor.replace(/^sips?:/, '')

/** Advice is why a registration was refused and what to do about it. */
function Advice({ failure }: { failure: Failure }) {
  return (
    <>
      <Text size="sm" fw={600}>
        {word('cause', failure.cause)}
      </Text>
      <Text size="sm" c="dimmed">
        {tMaybe(`live.advice_${failure.cause}`) ?? failure.advice}
      </Text>
    </>
  )
}
