import { Group, Select, TagsInput, Textarea, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useAccountRecord, useCreate, usePatch } from '~/api/records'
import type { Shown } from '~/api/types'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { RecordDialog } from '~/parts/RecordDialog'
import { AddressFields, addressValues } from './address'

type Location = Shown<'Location'>

/** What the carrier may say of an address. */
const statuses = ['none', 'pending', 'provisioned', 'failed'] as const

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
      carrier_reference: location?.carrier_reference ?? '',
      e911_status: location?.e911_status ?? 'none',
      e911_reason: location?.e911_reason ?? '',
    },
  })
  type Values = typeof form.values

  // Only what was changed is sent: an address that stays keeps what the carrier said of it.
  async function submit(values: Values, key: string) {
    if (!location) return create.mutateAsync({ body: created(values), key })
    const changes: Partial<Values> = Object.fromEntries(Object.entries(values).filter(([name]) => form.isDirty(name)))
    if (changes.e911_status && values.e911_status !== 'failed' && values.e911_reason) changes.e911_reason = ''
    return patch.mutateAsync({ record: location, changes })
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
        {t('settings.carrier')}
      </Title>
      <TextInput label={t('settings.carrier_reference')} description={t('settings.carrier_reference_text')} maxLength={255} {...form.getInputProps('carrier_reference')} />
      <Select
        label={t('settings.e911')}
        description={t('settings.e911_text')}
        data={statuses.map((s) => ({ value: s, label: t(`settings.e911_${s}`) }))}
        allowDeselect={false}
        {...form.getInputProps('e911_status')}
      />
      {form.values.e911_status === 'failed' && (
        <Textarea label={t('settings.e911_reason')} autosize maxLength={500} {...form.getInputProps('e911_reason')} />
      )}
      <Title order={3} size="h5">
        {t('settings.location_recipients')}
      </Title>
      <TagsInput label={t('settings.recipients_email')} description={t('settings.location_recipients_text')} splitChars={[',', ';', ' ']} acceptValueOnBlur {...form.getInputProps('emergency_recipients')} />
      <TagsInput label={t('settings.recipients_extensions')} splitChars={[',', ';', ' ']} acceptValueOnBlur {...form.getInputProps('emergency_extensions')} />
      <TagsInput label={t('settings.networks')} description={t('settings.networks_text')} placeholder="192.0.2.0/24" splitChars={[',', ';', ' ']} acceptValueOnBlur {...form.getInputProps('networks')} />
    </RecordDialog>
  )
}

// A place nobody has told the carrier of is sent without his word.
function created<V extends { e911_status: string; e911_reason: string }>({ e911_status: status, e911_reason: reason, ...values }: V) {
  return { ...values, ...(status !== 'none' && { e911_status: status }), ...(status === 'failed' && { e911_reason: reason }) }
}
