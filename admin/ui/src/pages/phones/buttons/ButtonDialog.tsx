import { Group, NumberInput, Select, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import type { ReactNode } from 'react'
import { useT, type TextKey } from '~/i18n'
import { RecordDialog } from '~/parts/RecordDialog'
import { BUTTON_GROUPS, faults, isButtonType, MAX_LABEL, tidy, type Button, type ButtonType } from './button'
import { typeName } from './icons'
import { TargetFields, type ButtonValues } from './TargetFields'

interface Props {
  title: string
  /** What the form begins with. */
  button: Button
  /** Modules a key can be on; 0 hides the choice. */
  modules: number
  /** Keys of another place may be chosen. */
  movable?: boolean
  readOnly?: boolean
  confirm?: string
  /** Keeps the button; what it throws stands at its field. */
  submit: (b: Button) => Promise<unknown> | void
  onClose: () => void
  /** More about the key, or more to do with it. */
  children?: ReactNode
}

/** ButtonDialog edits one key: what it does, to what, and what stands beside it. Mount it anew for each key. */
export function ButtonDialog({ title, button, modules, movable = true, readOnly, confirm, submit, onClose, children }: Props) {
  const t = useT()
  const form = useForm<ButtonValues>({
    initialValues: begin(button),
    validate: (v) =>
      Object.fromEntries(
        Object.entries(faults(asButton(v))).map(([field, fault]) => [field === 'label' ? 'label' : `target.${field}`, t(`phones.fault_${fault}` as TextKey)]),
      ),
  })
  const type = form.values.type
  const types = BUTTON_GROUPS.map(({ group, types }) => ({
    group: t(`phones.group_${group}` as TextKey),
    items: types.map((value) => ({ value, label: typeName(value) })),
  }))
  return (
    <RecordDialog opened title={title} form={form} submit={async (v) => submit(tidy(asButton(v)))} onClose={onClose} confirm={confirm} readOnly={readOnly}>
      {children}
      <Select
        label={t('phones.type')}
        data={types}
        allowDeselect={false}
        disabled={readOnly}
        searchable
        {...form.getInputProps('type')}
        onChange={(next) => next && form.setValues({ type: next, target: {}, watch: 'user' })}
      />
      <TargetFields form={form} readOnly={readOnly} />
      <TextInput
        label={t('phones.label')}
        description={t(isButtonType(type) && namesItself(type) ? 'phones.label_from_target' : 'phones.label_text')}
        maxLength={MAX_LABEL}
        readOnly={readOnly}
        {...form.getInputProps('label')}
      />
      {movable && (
        <Group grow align="flex-start">
          <NumberInput label={t('phones.position')} min={1} max={250} allowDecimal={false} readOnly={readOnly} {...form.getInputProps('position')} />
          {modules > 0 && (
            <Select
              label={t('phones.on')}
              allowDeselect={false}
              disabled={readOnly}
              data={Array.from({ length: modules + 1 }, (_, i) => ({ value: String(i), label: i === 0 ? t('phones.phone_itself') : t('phones.module', { module: i }) }))}
              value={String(form.values.module)}
              onChange={(v) => form.setFieldValue('module', Number(v))}
            />
          )}
        </Group>
      )}
    </RecordDialog>
  )
}

function begin(b: Button): ButtonValues {
  return {
    type: b.type ?? 'line', label: b.label ?? '', position: b.position, module: b.module ?? 0,
    target: { ...b.target }, watch: b.target?.extension ? 'extension' : 'user',
  }
}

function asButton(v: ButtonValues): Button {
  const target = { ...v.target }
  if (v.type === 'blf_extension') {
    if (v.watch === 'user') delete target.extension
    else Object.assign(target, { user: undefined, extension: target.extension ?? '' })
  }
  return { position: Number(v.position) || 1, module: v.module, type: v.type, label: v.label, target }
}

/** Whether the daemon fills in a label from what the key points at. */
function namesItself(type: ButtonType): boolean {
  return ['line', 'blf_extension', 'blf_park', 'blf_queue_agent', 'blf_queue_depth', 'intercom', 'speed_dial'].includes(type)
}

