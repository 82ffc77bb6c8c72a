import { useAccountRecord } from '~/api/records'
import { useT } from '~/i18n'
import { PageHeader } from '~/parts/PageHeader'

/** Home is the account's first page. */
export default function Home() {
  const t = useT()
  const account = useAccountRecord()
  return <PageHeader title={account.data?.name ?? t('settings.home')} />
}
