import { NumberInput, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { useT } from '~/i18n'
import { ReferencePicker } from '~/parts/ReferencePicker'
import type { Target } from './button'

/** Values of the dialog; watch says which of a lamp's two targets is meant. */
export interface ButtonValues extends Record<string, unknown> {
  type: string
  label: string
  position: number | string
  module: number
  target: Target
  watch: 'user' | 'extension'
}

interface Props {
  form: UseFormReturnType<ButtonValues>
  readOnly?: boolean
}

/** TargetFields are the fields of the chosen type: what the key acts on. */
export function TargetFields({ form, readOnly }: Props) {
  const t = useT()
  switch (form.values.type) {
    case 'line':
      return <NumberField form={form} readOnly={readOnly} field="line" label={t('phones.line')} description={t('phones.line_text')} max={24} />
    case 'blf_extension':
      return <Watched form={form} readOnly={readOnly} />
    case 'intercom':
      return <Reference form={form} readOnly={readOnly} field="user" collection="users" label={t('phones.user')} />
    case 'blf_park':
      return <NumberField form={form} readOnly={readOnly} field="slot" label={t('phones.slot')} max={99} />
    case 'park':
      return <NumberField form={form} readOnly={readOnly} field="slot" label={t('phones.slot')} description={t('phones.slot_text')} max={99} />
    case 'blf_queue_depth':
      return <Reference form={form} readOnly={readOnly} field="queue" collection="call_queues" label={t('phones.queue')} />
    case 'blf_queue_agent':
      return (
        <>
          <Reference form={form} readOnly={readOnly} field="queue" collection="call_queues" label={t('phones.queue')} />
          <Reference form={form} readOnly={readOnly} field="user" collection="users" label={t('phones.agent')} description={t('phones.agent_text')} clearable />
        </>
      )
    case 'speed_dial':
      return <TextField form={form} readOnly={readOnly} field="destination" label={t('phones.destination')} description={t('phones.destination_text')} />
    case 'forward':
      return <TextField form={form} readOnly={readOnly} field="destination" label={t('phones.destination')} description={t('phones.forward_text')} />
    case 'dtmf':
      return <TextField form={form} readOnly={readOnly} field="digits" label={t('phones.digits')} description={t('phones.digits_text')} />
    case 'url':
      return <TextField form={form} readOnly={readOnly} field="url" label={t('phones.url')} description={t('phones.url_text')} />
    case 'multicast':
      return (
        <>
          <TextField form={form} readOnly={readOnly} field="address" label={t('phones.address')} placeholder="224.5.6.20" />
          <NumberField form={form} readOnly={readOnly} field="port" label={t('phones.port')} max={65535} />
        </>
      )
    case 'transfer':
      return <Mode form={form} readOnly={readOnly} />
    default:
      return (
        <Text size="sm" c="dimmed">
          {t('phones.no_target')}
        </Text>
      )
  }
}

interface FieldProps extends Props {
  field: keyof Target
  label: string
  description?: string
  placeholder?: string
}

function TextField({ form, readOnly, field, ...rest }: FieldProps) {
  const props = form.getInputProps(`target.${field}`)
  return <TextInput {...props} value={(props.value as string | undefined) ?? ''} readOnly={readOnly} {...rest} />
}

function NumberField({ form, readOnly, field, max, ...rest }: FieldProps & { max: number }) {
  const path = `target.${field}`
  const props = form.getInputProps(path)
  return (
    <NumberInput
      {...props}
      value={(props.value as number | undefined) ?? ''}
      onChange={(v) => form.setFieldValue(path, (v === '' ? undefined : Number(v)) as never)}
      allowDecimal={false}
      clampBehavior="none"
      max={max}
      readOnly={readOnly}
      {...rest}
    />
  )
}

function Reference({ form, readOnly, field, ...rest }: FieldProps & { collection: string; clearable?: boolean }) {
  const path = `target.${field}`
  const { value, error, ...props } = form.getInputProps(path)
  return (
    <ReferencePicker
      {...(props as object)}
      value={value as string | undefined}
      error={error}
      onChange={(id) => form.setFieldValue(path, (id ?? undefined) as never)}
      disabled={readOnly}
      {...rest}
    />
  )
}

function Watched({ form, readOnly }: Props) {
  const t = useT()
  return (
    <Stack gap={6}>
      <SegmentedControl
        aria-label={t('phones.watch')}
        disabled={readOnly}
        value={form.values.watch}
        onChange={(v) => form.setValues({ watch: v as 'user' | 'extension', target: {} })}
        data={[{ value: 'user', label: t('phones.user') }, { value: 'extension', label: t('phones.extension') }]}
      />
      {form.values.watch === 'user' ? (
        <Reference form={form} readOnly={readOnly} field="user" collection="users" label={t('phones.user')} />
      ) : (
        <Reference form={form} readOnly={readOnly} field="extension" collection="extensions" label={t('phones.extension')} />
      )}
    </Stack>
  )
}

function Mode({ form, readOnly }: Props) {
  const t = useT()
  const { value, error } = form.getInputProps('target.mode')
  return (
    <Stack gap={4}>
      <SegmentedControl
        aria-label={t('phones.mode')}
        disabled={readOnly}
        value={(value as string | undefined) ?? ''}
        onChange={(v) => form.setFieldValue('target.mode', v as never)}
        data={[{ value: 'blind', label: t('phones.mode_blind') }, { value: 'attended', label: t('phones.mode_attended') }]}
      />
      <Text size="xs" c={error ? 'red' : 'dimmed'}>
        {error ?? t('phones.mode_text')}
      </Text>
    </Stack>
  )
}
