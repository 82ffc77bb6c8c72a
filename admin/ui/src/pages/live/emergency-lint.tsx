import { Anchor, Text } from '@mantine/core'
import { ShieldCheck } from 'lucide-react'
import type { Shown } from '~/api/types'
import { PageLink } from '~/app/account'
import { tMaybe, useT } from '~/i18n'
import { EmptyState } from '~/parts/EmptyState'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { word } from './states'

type Finding = Shown<'Finding'>

/** Lint lists what calls for help would lack. */
export function Lint() {
  const t = useT()
  const columns: Column<Finding>[] = [
    {
      key: 'resource', header: t('live.where'),
      cell: (f) => (
        <Anchor inherit component={PageLink} to={pageOf(f.resource ?? '')}>
          {f.name || f.resource}
        </Anchor>
      ),
    },
    { key: 'code', header: t('live.missing'), cell: (f) => word('missing', f.code) },
    { key: 'detail', header: t('live.leads_to'), from: 'sm', cell: (f) => <Text size="sm">{tMaybe(`live.finding_${f.code}`) ?? f.detail}</Text> },
  ]
  return (
    <RecordTable<Finding>
      label={t('live.lint')}
      collection="lint"
      columns={columns}
      rowKey={(f) => `${f.resource}/${f.code}/${f.detail}`}
      empty={<EmptyState icon={ShieldCheck} title={t('live.no_findings')} text={t('live.no_findings_text')} />}
    />
  )
}

/** pageOf is where a finding's record is set right. */
function pageOf(resource: string): string {
  if (resource.startsWith('dev_')) return `/devices/${resource}`
  return '/settings?tab=locations'
}
