import { Group, TagsInput, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useAccountRecord, useCreate, usePatch } from '~/api/records'
import type { Shown } from '~/api/types'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { RecordDialog } from '~/parts/RecordDialog'
import { AddressFields, addressValues } from './address'

type Location = Shown<'Location'>

interface Props {
  /** null makes a new one. */
  location: Location | null
  onClose: () => void
}

/** LocationDialog creates or edits a location: where it is and who is told of emergency calls from there. */
export function LocationDialog({ location, onClose }: Props) {
  const t = useT()
  const may = useMay()
  const account = useAccountRecord().data
  const create = useCreate('locations')
  const patch = usePatch<string, Location>('locations')
  const form = useForm({
    initialValues: {
      name: location?.name ?? '',
      address: addressValues(location?.address, account?.region ?? 'US'),
      floor: location?.floor ?? '',
      room: location?.room ?? '',
      primary_number: location?.primary_number ?? '',
      emergency_recipients: location?.emergency_recipients ?? [],
      emergency_extensions: location?.emergency_extensions ?? [],
      networks: location?.networks ?? [],
    },
  })
  type Values = typeof form.values

  // Only what was changed is sent: an address that stays keeps what the carrier said of it.
  async function submit(values: Values, key: string) {
    if (!location) return create.mutateAsync({ body: values, key })
    const changed = Object.entries(values).filter(([name]) => form.isDirty(name))
    return patch.mutateAsync({ record: location, changes: Object.fromEntries(changed) })
  }

  return (
    <RecordDialog
      opened
      title={location ? location.name : t('settings.add_location')}
      form={form}
      submit={submit}
      onClose={onClose}
      size="lg"
      readOnly={!may(location ? 'location.update' : 'location.create')}
    >
      <TextInput label={t('settings.location_name')} placeholder={t('settings.location_name_example')} withAsterisk data-autofocus {...form.getInputProps('name')} />
      <AddressFields input={(name) => form.getInputProps(`address.${name}`)} />
      <Group grow align="flex-start">
        <TextInput label={t('settings.floor')} {...form.getInputProps('floor')} />
        <TextInput label={t('settings.room')} {...form.getInputProps('room')} />
      </Group>
      <TextInput label={t('settings.primary_number')} description={t('settings.primary_number_text')} type="tel" placeholder="+12125550100" {...form.getInputProps('primary_number')} />
      <Title order={3} size="h5">
        {t('settings.location_recipients')}
      </Title>
      <TagsInput label={t('settings.recipients_email')} description={t('settings.location_recipients_text')} splitChars={[',', ';', ' ']} acceptValueOnBlur {...form.getInputProps('emergency_recipients')} />
      <TagsInput label={t('settings.recipients_extensions')} splitChars={[',', ';', ' ']} acceptValueOnBlur {...form.getInputProps('emergency_extensions')} />
      <TagsInput label={t('settings.networks')} description={t('settings.networks_text')} placeholder="192.0.2.0/24" splitChars={[',', ';', ' ']} acceptValueOnBlur {...form.getInputProps('networks')} />
    </RecordDialog>
  )
}
