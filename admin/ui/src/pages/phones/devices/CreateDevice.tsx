import { NumberInput, Select, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useCreate } from '~/api/records'
import { useT } from '~/i18n'
import { RecordDialog } from '~/parts/RecordDialog'
import { ReferencePicker } from '~/parts/ReferencePicker'
import { picked } from '../picked'
import { useModels } from '../models'
import { deviceTypes, kindKey, nameOf, type Device } from './device'

interface Values extends Record<string, unknown> {
  type: string
  mac: string
  ipei: string
  model: string
  name: string
  location: string | null
  button_template: string | null
  base: string | null
  slot: number | string
}

/** CreateDevice adds a phone and goes to its page, where its lines are set. */
export function CreateDevice({ onMade, onClose }: { onMade: (id: string) => void; onClose: () => void }) {
  const t = useT()
  const create = useCreate<'devices', Device>('devices')
  const models = useModels().data ?? []
  const form = useForm<Values>({
    initialValues: { type: 'deskphone', mac: '', ipei: '', model: '', name: '', location: null, button_template: null, base: null, slot: '' },
    validate: {
      mac: (v, values) => (needsMAC(values.type) && !/^[0-9a-f]{12}$/i.test(v.replace(/[^0-9a-z]/gi, '')) ? t('phones.mac_text') : null),
      ipei: (v, values) => (values.type === 'dect_handset' && !v.trim() && !values.base ? t('phones.fault_required') : null),
    },
  })
  const { type } = form.values
  const handset = type === 'dect_handset'
  return (
    <RecordDialog
      opened
      title={t('phones.add_device')}
      form={form}
      confirm={t('shell.add')}
      onClose={onClose}
      submit={async (values, key) => {
        const made = await create.mutateAsync({ body: bodyOf(values), key })
        onMade(made.id)
      }}
    >
      <Select label={t('phones.kind')} allowDeselect={false} data={deviceTypes.map((value) => ({ value, label: t(kindKey(value)) }))} {...form.getInputProps('type')} />
      {needsMAC(type) && <TextInput label={t('phones.mac')} description={t('phones.mac_text')} required autoComplete="off" spellCheck={false} {...form.getInputProps('mac')} />}
      {handset && (
        <>
          <TextInput label={t('phones.ipei')} description={t('phones.ipei_text')} autoComplete="off" {...form.getInputProps('ipei')} />
          <ReferencePicker label={t('phones.base')} collection="devices" query={{ type: 'dect_base' }} show={(r) => nameOf(r as unknown as Device)} clearable {...picked(form, 'base')} />
          {form.values.base && <NumberInput label={t('phones.place_at_base')} min={1} max={1000} allowDecimal={false} {...form.getInputProps('slot')} />}
        </>
      )}
      <TextInput label={t('phones.name')} maxLength={255} {...form.getInputProps('name')} />
      {type !== 'softphone' && (
        <Select
          label={t('phones.model')}
          description={t('phones.model_text')}
          data={models.filter((m) => m.type === type && !m.generic).map((m) => m.model)}
          searchable
          clearable
          limit={200}
          {...form.getInputProps('model')}
          value={form.values.model || null}
          onChange={(v) => form.setFieldValue('model', v ?? '')}
        />
      )}
      {!handset && <ReferencePicker label={t('phones.location')} collection="locations" clearable {...picked(form, 'location')} />}
      {type === 'deskphone' && (
        <ReferencePicker label={t('phones.template')} collection="button_templates" placeholder={t('phones.default_template')} clearable {...picked(form, 'button_template')} />
      )}
    </RecordDialog>
  )
}

const needsMAC = (type: string) => type === 'deskphone' || type === 'dect_base'

/** Only what belongs to the type and was filled in: the daemon knows the defaults. */
function bodyOf(v: Values): Record<string, unknown> {
  const handset = v.type === 'dect_handset'
  return Object.fromEntries(
    Object.entries({
      type: v.type,
      mac: needsMAC(v.type) ? v.mac.trim() : '',
      ipei: handset ? v.ipei.trim() : '',
      base: handset ? v.base : null,
      slot: handset && v.base && v.slot !== '' ? Number(v.slot) : '',
      model: v.type === 'softphone' ? '' : v.model,
      name: v.name.trim(),
      location: handset ? null : v.location,
      button_template: v.type === 'deskphone' ? v.button_template : null,
    }).filter(([, value]) => value !== '' && value !== null),
  )
}
