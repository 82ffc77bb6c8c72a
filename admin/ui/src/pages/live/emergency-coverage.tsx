import { Alert, Anchor, Text } from '@mantine/core'
import type { Shown } from '~/api/types'
import { PageLink } from '~/app/account'
import { useT } from '~/i18n'
import { EmptyState } from '~/parts/EmptyState'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { Time } from '~/parts/Time'
import { selectFilter } from '~/parts/filter'
import { choices, State } from './states'

type Covered = Shown<'Coverage'>

const states = ['tested', 'never_tested', 'moved', 'address_changed'] as const

/** Coverage lists the phones with their last test call, and whether it still holds. */
export function Coverage() {
  const t = useT()
  const columns: Column<Covered>[] = [
    { key: 'device', header: t('live.device'), cell: (c) => c.name || c.device },
    { key: 'state', header: t('live.state'), filter: selectFilter('state', choices('coverage', states)), cell: (c) => <State family="coverage" value={c.state} /> },
    { key: 'location', header: t('live.location'), cell: (c) => c.location_name || <Text inherit c="red">{t('live.no_location')}</Text> },
    {
      key: 'last', header: t('live.last_test'),
      cell: (c) => (c.last_test ? (
        <Anchor inherit component={PageLink} to={`/emergency_calls/${c.last_test}`}>
          <Time at={c.last_test_at} />
        </Anchor>
      ) : (
        t('shell.never')
      )),
    },
  ]
  return (
    <>
      <Alert color="gray" variant="light" mb="md">
        {t('live.coverage_text')}
      </Alert>
      <RecordTable<Covered>
        label={t('live.coverage')}
        collection="emergency_coverage"
        columns={columns}
        rowKey={(c) => c.device ?? ''}
        rowLink={(c) => `/devices/${c.device}`}
        empty={<EmptyState title={t('live.no_coverage')} text={t('live.no_coverage_text')} />}
      />
    </>
  )
}
