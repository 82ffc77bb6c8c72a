import { Button } from '@mantine/core'
import { useState } from 'react'
import { useAction } from '~/api/records'
import type { Shown } from '~/api/types'
import { useT } from '~/i18n'
import { ConfirmDialog } from '~/parts/ConfirmDialog'
import { EmptyState } from '~/parts/EmptyState'
import { PageHeader } from '~/parts/PageHeader'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { Time } from '~/parts/Time'
import { Countdown } from './elapsed'
import { word } from './states'

type Ban = Shown<'Ban'>

const path = '/v1/bans'

/** Bans are the addresses that are refused for guessing; for administrators of the platform. */
export default function Bans() {
  const t = useT()
  const [lifting, setLifting] = useState<Ban | null>(null)
  const act = useAction([path])
  const columns: Column<Ban>[] = [
    { key: 'source', header: t('live.source'), cell: (b) => b.source },
    { key: 'cause', header: t('live.last_cause'), cell: (b) => word('cause', b.cause) },
    { key: 'failures', header: t('live.failed_tries'), width: 110, from: 'xs', cell: (b) => b.failures },
    { key: 'since', header: t('live.banned_since'), from: 'sm', cell: (b) => <Time at={b.since} /> },
    { key: 'until', header: t('live.ends_in'), width: 110, cell: (b) => <Countdown to={b.until} /> },
    { key: 'level', header: t('live.bans_in_row'), width: 110, from: 'md', cell: (b) => b.level },
  ]
  return (
    <>
      <PageHeader title={t('live.bans')} text={t('live.bans_text')} />
      <RecordTable<Ban>
        label={t('live.bans')}
        collection={path}
        columns={columns}
        rowKey={(b) => b.source}
        refetchInterval={10_000}
        empty={<EmptyState title={t('live.no_bans')} text={t('live.no_bans_text')} />}
        actions={(b) => (
          <Button size="compact-sm" variant="default" onClick={() => setLifting(b)}>
            {t('live.lift_ban')}
          </Button>
        )}
      />
      <ConfirmDialog
        opened={lifting !== null}
        title={t('live.lift_title', { source: lifting?.source ?? '' })}
        confirm={t('live.lift_ban')}
        onConfirm={async () => {
          await act.mutateAsync({ path: `${path}/${encodeURIComponent(lifting!.source)}`, method: 'DELETE' })
          setLifting(null)
        }}
        onClose={() => setLifting(null)}
      >
        {t('live.lift_text')}
      </ConfirmDialog>
    </>
  )
}
