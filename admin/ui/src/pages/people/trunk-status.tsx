import { Group, Text } from '@mantine/core'
import { tMaybe, useT } from '~/i18n'
import { StatusBadge } from '~/parts/StatusBadge'
import { Time } from '~/parts/Time'
import { trunkTones, type Provider } from './provider-record'

/** TrunkStatus says how a trunk is now, and why when it is not well. */
export function TrunkStatus({ provider, detailed }: { provider: Provider; detailed?: boolean }) {
  const t = useT()
  const { status, status_reason: reason } = provider
  const badge = <StatusBadge tone={trunkTones[status] ?? 'neutral'} label={tMaybe(`people.provider_status_${status}`) ?? status} reason={reason || undefined} />
  if (!detailed) return badge
  return (
    <Group gap="xs">
      {badge}
      {provider.active_calls > 0 && <Text size="sm">{t('people.provider_calls', { count: provider.active_calls })}</Text>}
      {provider.status_checked_at && (
        <Text size="sm" c="dimmed">
          {t('people.provider_status_checked')} <Time at={provider.status_checked_at} relative />
        </Text>
      )}
    </Group>
  )
}
