import { Group, Progress, Stack, Text } from '@mantine/core'
import { useRead } from '~/api/records'
import type { components } from '~/api/schema'
import { useT } from '~/i18n'
import { NumberSetting } from '~/parts/NumberSetting'
import { ReferenceSetting } from '~/parts/ReferenceSetting'
import { SelectSetting } from '~/parts/SelectSetting'
import { SettingsSection } from '~/parts/SettingsSection'
import { TextSetting } from '~/parts/TextSetting'
import { formatTime } from '~/parts/Time'
import { ToggleSetting } from '~/parts/ToggleSetting'
import { useAccountFields, type Account } from './account'
import { FeatureCodes } from './feature-codes'
import { ParkFallback } from './park-fallback'

/** Telephony: how calls and faxes of the account behave. */
export function Telephony({ account }: { account: Account }) {
  const t = useT()
  const field = useAccountFields(account)
  const length = field('extension_length')
  return (
    <Stack>
      <SettingsSection title={t('settings.calls')}>
        <SelectSetting
          label={t('settings.extension_length')}
          description={t('settings.extension_length_text')}
          data={['3', '4', '5', '6']}
          {...length}
          value={String(length.value)}
          save={(v) => length.save(Number(v))}
        />
        <ReferenceSetting
          label={t('settings.outbound_number')}
          description={t('settings.outbound_number_text')}
          collection="numbers"
          placeholder={t('shell.none')}
          allow={outbound}
          {...field('default_outbound_number')}
        />
        <ReferenceSetting label={t('settings.hold_music')} description={t('settings.hold_music_text')} collection="audio_clips" placeholder={t('settings.built_in_tune')} {...field('hold_music_clip')} />
        <TextSetting label={t('settings.voicemail_number')} description={t('settings.voicemail_number_text')} {...field('voicemail_number')} />
      </SettingsSection>
      <SettingsSection title={t('settings.recording')}>
        <ToggleSetting label={t('settings.recording_enabled')} description={t('settings.recording_text')} {...field('recording_enabled')} />
        <ToggleSetting label={t('settings.transcription_enabled')} description={t('settings.transcription_text')} {...field('transcription_enabled')} />
      </SettingsSection>
      <SettingsSection title={t('settings.parking')}>
        <NumberSetting label={t('settings.parking_timeout')} description={t('settings.parking_timeout_text')} min={1} max={60} suffix=" min" {...field('parking_timeout_minutes')} />
        <ParkFallback account={account} />
      </SettingsSection>
      <FeatureCodes account={account} />
      <FaxLimits account={account} />
    </Stack>
  )
}

const outbound = (r: Record<string, unknown>) => r.outbound_enabled === true

type Limits = components['schemas']['FaxLimits']

function FaxLimits({ account }: { account: Account }) {
  const t = useT()
  const field = useAccountFields(account)
  const { data } = useRead<Limits>('fax_limits') // read again after every fax
  return (
    <SettingsSection title={t('settings.fax_limits')} text={t('settings.fax_limits_text')}>
      <NumberSetting label={t('settings.fax_limit_inbound')} min={0} emptyIsNull placeholder={t('settings.unlimited')} {...field('fax_limit_inbound')} />
      {data && <Used use={data.inbound} />}
      <NumberSetting label={t('settings.fax_limit_outbound')} min={0} emptyIsNull placeholder={t('settings.unlimited')} {...field('fax_limit_outbound')} />
      {data && <Used use={data.outbound} />}
    </SettingsSection>
  )
}

/** Used shows how many faxes of the last hour count. */
function Used({ use }: { use: components['schemas']['FaxUse'] }) {
  const t = useT()
  const text = use.limit === null ? t('settings.fax_used_unlimited', { used: use.used }) : t('settings.fax_used', { used: use.used, limit: use.limit })
  return (
    <Stack gap={4}>
      {use.limit !== null && use.limit > 0 && <Progress value={Math.min(100, (use.used / use.limit) * 100)} color={use.used >= use.limit ? 'red' : undefined} aria-label={text} />}
      <Group gap="xs">
        <Text size="sm">{text}</Text>
        {use.next_free_at && (
          <Text size="sm" c="dimmed">
            {t('settings.fax_next_free', { time: formatTime(new Date(use.next_free_at)) })}
          </Text>
        )}
      </Group>
    </Stack>
  )
}
