import { Anchor, Button, Group, Stack, Text } from '@mantine/core'
import { LayoutGrid } from 'lucide-react'
import { PageLink } from '~/app/account'
import { useMay } from '~/app/session'
import type { Shown } from '~/api/types'
import { useT } from '~/i18n'
import { EmptyState } from '~/parts/EmptyState'
import { ListSetting } from '~/parts/ListSetting'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { ReferenceSetting } from '~/parts/ReferenceSetting'
import { SettingsSection } from '~/parts/SettingsSection'
import { ToggleSetting } from '~/parts/ToggleSetting'
import { useAccountFields, type Account } from './account'
import { PhonePasswords } from './phone-passwords'
import { Provisioning } from './provisioning'

type Template = Shown<'ButtonTemplate'>

/** DevicesTab: button templates, and what phones need to fetch their configuration. */
export function DevicesTab({ account }: { account: Account }) {
  const t = useT()
  const may = useMay()
  const field = useAccountFields(account)
  return (
    <Stack>
      {may('button_template.list') && <Templates />}
      {may('provisioning.read') && <Provisioning />}
      <SettingsSection title={t('settings.phones')}>
        <ReferenceSetting label={t('settings.default_template')} description={t('settings.default_template_text')} collection="button_templates" placeholder={t('shell.none')} {...field('default_button_template')} />
        <ToggleSetting label={t('settings.auto_resync')} description={t('settings.auto_resync_text')} {...field('auto_resync')} />
        <ToggleSetting label={t('settings.device_binding')} description={t('settings.device_binding_text')} {...field('device_binding')} />
        <ListSetting label={t('settings.provision_networks')} description={t('settings.provision_networks_text')} placeholder="203.0.113.0/24" {...field('provision_networks')} />
      </SettingsSection>
      <PhonePasswords account={account} />
    </Stack>
  )
}

function Templates() {
  const t = useT()
  const may = useMay()
  const columns: Column<Template>[] = [
    { key: 'name', header: t('settings.template_name'), cell: (r) => <Text size="sm" fw={500}>{r.name}</Text> },
    { key: 'description', header: t('settings.template_description'), cell: (r) => r.description, from: 'sm' },
    { key: 'buttons', header: t('settings.template_buttons'), cell: (r) => (r.buttons ?? []).length, width: 100 },
  ]
  const manage = (
    <Button component={PageLink} to="/button_templates" size="xs" variant="default">
      {t(may('button_template.create') ? 'settings.manage_templates' : 'settings.see_templates')}
    </Button>
  )
  return (
    <SettingsSection title={t('settings.templates')} text={t('settings.templates_text')} actions={manage} wide>
      <RecordTable
        label={t('settings.templates')}
        collection="button_templates"
        columns={columns}
        rowLink={(r) => `/button_templates/${r.id}`}
        empty={<EmptyState icon={LayoutGrid} title={t('settings.no_templates')} text={t('settings.no_templates_text')} action={manage} />}
      />
      <Group>
        <Anchor component={PageLink} to="/devices" size="sm">
          {t('settings.to_devices')}
        </Anchor>
      </Group>
    </SettingsSection>
  )
}
