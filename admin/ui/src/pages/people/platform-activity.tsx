import { useT } from '~/i18n'
import { PageHeader } from '~/parts/PageHeader'
import Activity from '../settings/activity'

/** PlatformActivityPage is the audit log of what belongs to no account. */
export default function PlatformActivityPage() {
  const t = useT()
  return (
    <>
      <PageHeader title={t('people.activity_title')} text={t('people.activity_text')} />
      <Activity collection="/v1/audit_entries" events="/v1/audit_events" />
    </>
  )
}
