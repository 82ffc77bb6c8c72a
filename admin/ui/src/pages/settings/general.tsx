import { Button, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useMay } from '~/app/session'
import { languageNames, languages, useT } from '~/i18n'
import { SelectSetting } from '~/parts/SelectSetting'
import { SettingsSection } from '~/parts/SettingsSection'
import { TextSetting } from '~/parts/TextSetting'
import { useAccountFields, type Account } from './account'
import { AddressText } from './address'
import { AddressDialog } from './address-dialog'
import { countries, timezones } from './choices'

/** General: who the account is. */
export function General({ account }: { account: Account }) {
  const t = useT()
  const field = useAccountFields(account)
  return (
    <Stack>
      <SettingsSection title={t('settings.business')}>
        <TextSetting label={t('settings.name')} maxLength={200} {...field('name')} />
        <TextSetting label={t('settings.email')} type="email" {...field('email')} />
        <TextSetting label={t('settings.contact')} {...field('primary_contact_name')} />
        <TextSetting label={t('settings.phone')} type="tel" placeholder="+12125550100" {...field('phone')} />
      </SettingsSection>
      <SettingsSection title={t('settings.region_and_language')}>
        <SelectSetting label={t('settings.timezone')} data={timezones(account.timezone)} searchable {...field('timezone')} />
        <SelectSetting label={t('settings.region')} description={t('settings.region_text')} data={countries(account.region)} searchable {...field('region')} />
        <SelectSetting label={t('settings.language')} description={t('settings.language_text')} data={languages.map((l) => ({ value: l, label: languageNames[l] }))} {...field('language')} />
      </SettingsSection>
      <Billing account={account} />
    </Stack>
  )
}

function Billing({ account }: { account: Account }) {
  const t = useT()
  const may = useMay()
  const [open, setOpen] = useState(false)
  const address = account.billing_address
  const button = may('account.update') && (
    <Button variant="default" size="xs" onClick={() => setOpen(true)}>
      {t(address ? 'shell.edit' : 'settings.add_address')}
    </Button>
  )
  return (
    <SettingsSection title={t('settings.billing_address')} actions={button}>
      {address ? <AddressText address={address} /> : <Text c="dimmed">{t('settings.no_billing_address')}</Text>}
      {open && <AddressDialog account={account} onClose={() => setOpen(false)} />}
    </SettingsSection>
  )
}
