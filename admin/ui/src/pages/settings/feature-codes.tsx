import { SimpleGrid } from '@mantine/core'
import { usePatch } from '~/api/records'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { SettingsSection } from '~/parts/SettingsSection'
import { TextSetting } from '~/parts/TextSetting'
import type { Account } from './account'

/** The features that have a code, as the API names them. */
const features = [
  'forward_always_on',
  'forward_always_off',
  'forward_busy_on',
  'forward_busy_off',
  'forward_no_answer_on',
  'forward_no_answer_off',
  'dnd_on',
  'dnd_off',
  'call_return',
  'pickup',
  'park',
  'voicemail',
  'queue_login',
  'queue_pause',
  'transfer_blind',
  'transfer_attended',
  'record_toggle',
] as const

/** FeatureCodes are what people dial or key in for a feature; a feature without a code is off. */
export function FeatureCodes({ account }: { account: Account }) {
  const t = useT()
  const patch = usePatch<string, Account>('/v1/accounts')
  const disabled = !useMay()('account.update')
  return (
    <SettingsSection title={t('settings.feature_codes')} text={t('settings.feature_codes_text')}>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        {features.map((feature) => (
          <TextSetting
            key={feature}
            label={t(`settings.code_${feature}`)}
            name={`feature_codes.${feature}`}
            placeholder={t('shell.off')}
            maxLength={6}
            value={account.feature_codes[feature] ?? ''}
            disabled={disabled}
            save={(code) => patch.mutateAsync({ record: account, changes: { feature_codes: { [feature]: code ?? '' } } })}
          />
        ))}
      </SimpleGrid>
    </SettingsSection>
  )
}
