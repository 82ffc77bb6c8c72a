import { MultiSelect, Paper, Select, Stack, Title } from '@mantine/core'
import { useT } from '~/i18n'
import { ReferencePicker } from '~/parts/ReferencePicker'
import { TextSetting } from '~/parts/TextSetting'
import { ToggleSetting } from '~/parts/ToggleSetting'
import { useFields, type Bound } from '~/parts/fields'
import { useSave } from '~/parts/useSave'
import { modelNamed, useModels } from '../models'
import { modelOf, type Device } from './device'
import { Pairing } from './Pairing'

/** DeviceFields are what people say of a phone; each is saved by itself. */
export function DeviceFields({ device }: { device: Device }) {
  const t = useT()
  const field = useFields('devices', device, 'device.update')
  const models = useModels().data ?? []
  const model = modelNamed(models, modelOf(device))
  const desk = device.type === 'deskphone'
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        {t('phones.device')}
      </Title>
      <Stack>
        <TextSetting label={t('phones.name')} maxLength={255} {...field('name')} />
        {desk || device.type === 'dect_base' ? <TextSetting label={t('phones.mac')} description={t('phones.mac_text')} {...field('mac')} /> : null}
        {device.type === 'dect_handset' && <TextSetting label={t('phones.ipei')} {...field('ipei')} />}
        {device.type === 'dect_handset' && <Pairing handset={device} />}
        {device.type !== 'softphone' && (
          <Choice label={t('phones.model')} description={t('phones.model_text')} bound={field('model')} data={models.filter((m) => m.type === device.type && !m.generic).map((m) => m.model)} />
        )}
        {device.type !== 'dect_handset' && <Reference label={t('phones.location')} collection="locations" bound={field('location')} />}
        {desk && <Reference label={t('phones.template')} collection="button_templates" bound={field('button_template')} />}
        {desk && model && model.modules > 0 && <Modules bound={field('expansion_modules') as Bound<string[]>} names={model.module_names} most={model.modules} />}
        <Reference label={t('phones.outbound_number')} description={t('phones.outbound_number_text')} collection="numbers" bound={field('outbound_number')} />
        <TextSetting label={t('phones.callback_number')} description={t('phones.callback_number_text')} type="tel" placeholder="+13125550100" {...field('callback_number')} />
        {device.type !== 'dect_base' && <ToggleSetting label={t('phones.fax')} description={t('phones.fax_text')} {...field('fax')} />}
        <ToggleSetting label={t('phones.enabled')} {...field('enabled')} />
      </Stack>
    </Paper>
  )
}

function Choice({ label, description, bound, data }: { label: string; description: string; bound: Bound<string>; data: string[] }) {
  const { run, error } = useSave()
  const all = bound.value && !data.includes(bound.value) ? [bound.value, ...data] : data
  return (
    <Select label={label} description={description} data={all} value={bound.value || null} disabled={bound.disabled} error={error(bound.name)} searchable clearable limit={200} onChange={(v) => void run(() => bound.save(v ?? ''))} />
  )
}

function Reference({ label, description, collection, bound }: { label: string; description?: string; collection: string; bound: Bound<string | null> }) {
  const { run, error } = useSave()
  return (
    <ReferencePicker label={label} description={description} collection={collection} value={bound.value} disabled={bound.disabled} error={error(bound.name)} clearable onChange={(id) => id !== bound.value && void run(() => bound.save(id))} />
  )
}

/** Modules are chosen in the order they are attached; the same one may be there twice. */
function Modules({ bound, names, most }: { bound: Bound<string[]>; names: string[]; most: number }) {
  const t = useT()
  const { run, error } = useSave()
  const value = bound.value ?? []
  // A choice that can be made several times needs different values: EXP50#1, EXP50#2.
  const data = names.flatMap((n) => Array.from({ length: most }, (_, i) => ({ value: `${n}#${i}`, label: n })))
  const seen = new Map<string, number>()
  const numbered = value.map((n) => {
    const i = seen.get(n) ?? 0
    seen.set(n, i + 1)
    return `${n}#${i}`
  })
  const offered = data.filter((d) => numbered.includes(d.value) || d.value === `${d.label}#${seen.get(d.label) ?? 0}`)
  for (const n of numbered) if (!offered.some((d) => d.value === n)) offered.push({ value: n, label: n.replace(/#\d+$/, '') })
  return (
    <MultiSelect
      label={t('phones.expansion_modules')}
      description={t('phones.expansion_modules_text')}
      data={offered}
      value={numbered}
      maxValues={most}
      disabled={bound.disabled}
      error={error(bound.name)}
      onChange={(list) => void run(() => bound.save(list.map((v) => v.replace(/#\d+$/, ''))))}
    />
  )
}
