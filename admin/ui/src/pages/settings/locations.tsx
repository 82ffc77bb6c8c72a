import { ActionIcon, Button, Menu, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { MapPin, MoreVertical } from 'lucide-react'
import { useState } from 'react'
import { problemOf } from '~/api/problem'
import { useAction, useRemove } from '~/api/records'
import type { Shown } from '~/api/types'
import { useMay } from '~/app/session'
import { tMaybe, useT } from '~/i18n'
import { DeleteDialog } from '~/parts/ConfirmDialog'
import { EmptyState } from '~/parts/EmptyState'
import { explain } from '~/parts/explain'
import { ListSetting } from '~/parts/ListSetting'
import { Phone } from '~/parts/Phone'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { ReferenceSetting } from '~/parts/ReferenceSetting'
import { SettingsSection } from '~/parts/SettingsSection'
import { StatusBadge, type Tone } from '~/parts/StatusBadge'
import { useAccountFields, type Account } from './account'
import { addressLines } from './address'
import { LocationDialog } from './location-dialog'

type Location = Shown<'Location'>

/** Locations: the sites, what the carrier says of their addresses, and who is told of emergency calls. */
export function Locations({ account }: { account: Account }) {
  const t = useT()
  const field = useAccountFields(account)
  return (
    <Stack>
      <Sites />
      <SettingsSection title={t('settings.recipients')} text={t('settings.recipients_text')}>
        <ListSetting label={t('settings.recipients_email')} placeholder="desk@example.com" {...field('emergency_recipients')} />
        <ListSetting label={t('settings.recipients_extensions')} description={t('settings.recipients_extensions_text')} placeholder="1001" {...field('emergency_extensions')} />
      </SettingsSection>
      <SettingsSection title={t('settings.emergency_numbers_title')}>
        <ReferenceSetting label={t('settings.main_location')} description={t('settings.main_location_text')} collection="locations" placeholder={t('shell.none')} {...field('main_location')} />
        <ListSetting label={t('settings.emergency_numbers')} description={t('settings.emergency_numbers_text')} {...field('emergency_numbers')} />
        <ListSetting label={t('settings.test_numbers')} description={t('settings.test_numbers_text')} {...field('test_numbers')} />
      </SettingsSection>
    </Stack>
  )
}

function Sites() {
  const t = useT()
  const may = useMay()
  const [editing, setEditing] = useState<Location | 'new' | null>(null)
  const [removing, setRemoving] = useState<Location | null>(null)
  const remove = useRemove('locations')
  const add = may('location.create') && (
    <Button size="xs" onClick={() => setEditing('new')}>
      {t('settings.add_location')}
    </Button>
  )
  const columns: Column<Location>[] = [
    { key: 'name', header: t('settings.location_name'), cell: (l) => <Text size="sm" fw={500}>{l.name}</Text> },
    { key: 'address', header: t('settings.address'), cell: (l) => addressLines(l.address).slice(0, -1).join(', '), from: 'sm' },
    { key: 'number', header: t('settings.primary_number'), cell: (l) => <Phone number={l.primary_number} />, from: 'md' },
    { key: 'e911', header: t('settings.e911'), cell: (l) => <E911 location={l} /> },
    { key: 'recipients', header: t('settings.location_recipients'), cell: (l) => (l.emergency_recipients ?? []).length, from: 'md' },
  ]
  return (
    <SettingsSection title={t('settings.locations')} text={t('settings.locations_text')} actions={add} wide>
      <RecordTable
        label={t('settings.locations')}
        collection="locations"
        columns={columns}
        onRow={setEditing}
        actions={(l) => <Actions location={l} onEdit={() => setEditing(l)} onRemove={() => setRemoving(l)} />}
        empty={<EmptyState icon={MapPin} title={t('settings.no_locations')} text={t('settings.no_locations_text')} action={add} />}
      />
      {editing && <LocationDialog location={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}
      <DeleteDialog name={removing?.name ?? null} onDelete={() => remove.mutateAsync(removing!)} onClose={() => setRemoving(null)}>
        {t('settings.delete_location_text')}
      </DeleteDialog>
    </SettingsSection>
  )
}

const tones: Record<string, Tone> = { none: 'neutral', pending: 'busy', provisioned: 'good', failed: 'bad' }

function E911({ location }: { location: Location }) {
  const status = location.e911_status
  return <StatusBadge tone={tones[status] ?? 'neutral'} label={tMaybe(`settings.e911_${status}`) ?? status} reason={location.e911_reason || undefined} />
}

interface ActionsProps {
  location: Location
  onEdit: () => void
  onRemove: () => void
}

function Actions({ location, onEdit, onRemove }: ActionsProps) {
  const t = useT()
  const may = useMay()
  const retry = useAction(['locations'])

  async function again() {
    if (retry.isPending) return
    try {
      await retry.mutateAsync({ path: `locations/${location.id}/e911_retry` })
    } catch (err) {
      const problem = problemOf(err)
      const { title, text } = explain(problem)
      if (!problem.cancelled) notifications.show({ color: 'red', title, message: text })
    }
  }

  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`${t('shell.more')}: ${location.name}`}>
          <MoreVertical size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {may('location.update') && <Menu.Item onClick={onEdit}>{t('shell.edit')}</Menu.Item>}
        {may('location.e911_retry') && (
          <Menu.Item onClick={() => void again()}>{t('settings.e911_retry')}</Menu.Item>
        )}
        {may('location.delete') && (
          <Menu.Item color="red" onClick={onRemove}>
            {t('shell.delete')}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
