import { useT } from '~/i18n'
import { StatusBadge } from '~/parts/StatusBadge'
import type { Device } from './device'

export function RegistrationBadge({ device }: { device: Pick<Device, 'registration_status'> }) {
  const t = useT()
  const on = device.registration_status === 'registered'
  return <StatusBadge tone={on ? 'good' : 'neutral'} label={t(on ? 'phones.registration_registered' : 'phones.registration_not_registered')} />
}

export function ConfigBadge({ device }: { device: Pick<Device, 'status' | 'drift' | 'enabled' | 'type'> }) {
  const t = useT()
  if (!device.enabled) return <StatusBadge tone="neutral" label={t('phones.disabled')} reason={t('phones.disabled_text')} />
  if (device.type === 'softphone' || device.type === 'dect_handset') return null
  if (device.status !== 'provisioned') return <StatusBadge tone="warning" label={t('phones.status_pending_sync')} />
  if (device.drift) return <StatusBadge tone="warning" label={t('phones.drift_true')} reason={t('phones.drift_text')} />
  return <StatusBadge tone="good" label={t('phones.drift_false')} reason={t('phones.no_drift_text')} />
}
