import { ActionIcon, Button, Fieldset, Group, MultiSelect, NumberInput, Paper, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { Plus, Trash2 } from 'lucide-react'
import { useMemo, useState } from 'react'
import { newKey } from '~/api/key'
import { usePatch } from '~/api/records'
import { useMay } from '~/app/session'
import { useUnsaved } from '~/app/unsaved'
import { tMaybe, useT } from '~/i18n'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { useSave } from '~/parts/useSave'
import type { Device } from './device'
import css from './device.module.css'
import { changes, CODECS, FIELDS, GROUPS, pathOf, read, type Field, type Raw, type Values } from './settings'

/** SettingsTab are the settings of this phone alone; what is empty is inherited. */
export function SettingsTab({ device }: { device: Device }) {
  const t = useT()
  const allowed = useMay()('device.update')
  const patch = usePatch<'devices', Device>('devices')
  const { busy, run, problem, clear } = useSave()
  const stored = useMemo(() => read(device.overrides as never), [device.overrides])
  const [draft, setDraft] = useState<Values | null>(null)
  const [from, setFrom] = useState(device)
  const shown = draft ?? stored
  const base = draft ? read(from.overrides as never) : stored
  const todo = changes(base, shown)
  const dirty = Object.keys(todo).length > 0
  useUnsaved(dirty)

  function change(next: Values) {
    if (!draft) setFrom(device)
    setDraft(next)
  }
  function cancel() {
    setDraft(null)
    clear()
  }
  const save = () =>
    run(async () => {
      await patch.mutateAsync({ record: from, changes: { overrides: todo } })
      setDraft(null)
    })

  const errorOf = (f: string) => problem?.errors.filter((e) => e.field === `overrides.${f}` || e.field.startsWith(`overrides.${f}[`)).map((e) => e.detail).join(' ') || undefined
  const placed = (e: { field: string }) => FIELDS.some((f) => `overrides.${pathOf(f)}` === e.field.replace(/\[\d+\]$/, '')) || shown.raw.some((r) => `overrides.raw.${r.name}` === e.field)
  const elsewhere = problem?.errors.filter((e) => !placed(e)) ?? []
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {t('phones.settings_text')}
      </Text>
      {problem && (problem.errors.length === 0 || elsewhere.length > 0) && <ProblemAlert problem={problem} fields={elsewhere} />}
      {GROUPS.map((group) => (
        <Fieldset key={group} legend={t(`phones.${group}`)}>
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
            {FIELDS.filter((f) => f.group === group).map((f) => (
              <Input
                key={pathOf(f)}
                field={f}
                value={shown.fields[pathOf(f)]}
                disabled={!allowed}
                error={errorOf(pathOf(f))}
                onChange={(v) => change({ ...shown, fields: { ...shown.fields, [pathOf(f)]: v } })}
              />
            ))}
          </SimpleGrid>
        </Fieldset>
      ))}
      <RawFields raw={shown.raw} disabled={!allowed} errorOf={(name) => errorOf(`raw.${name}`)} onChange={(raw) => change({ ...shown, raw })} />
      {dirty && (
        <Paper withBorder shadow="md" p="sm" className={css.bar} role="region" aria-label={t('phones.settings_changed')}>
          <Group justify="space-between">
            <Text size="sm">{t('phones.settings_changed')}</Text>
            <Group gap="xs">
              <Button variant="default" onClick={cancel} disabled={busy}>
                {t('shell.cancel')}
              </Button>
              <Button onClick={save} loading={busy}>
                {t('shell.save')}
              </Button>
            </Group>
          </Group>
        </Paper>
      )}
    </Stack>
  )
}

interface InputProps {
  field: Field
  value: unknown
  disabled: boolean
  error: string | undefined
  onChange: (v: unknown) => void
}

function Input({ field, value, disabled, error, onChange }: InputProps) {
  const t = useT()
  const shared = { label: t(field.label), placeholder: t('phones.inherited'), disabled, error }
  const word = (choice: string) => tMaybe(`phones.value_${choice}`) ?? (field.name === 'language' ? choice : choice.toUpperCase() === choice || /\d/.test(choice) ? choice : choice.toUpperCase())
  switch (field.kind) {
    case 'toggle':
      return (
        <Select
          {...shared}
          clearable
          data={[{ value: 'true', label: t('shell.on') }, { value: 'false', label: t('shell.off') }]}
          value={typeof value === 'boolean' ? String(value) : null}
          onChange={(v) => onChange(v === null ? undefined : v === 'true')}
        />
      )
    case 'choice':
      return <Select {...shared} clearable data={(field.choices ?? []).map((c) => ({ value: c, label: word(c) }))} value={(value as string | undefined) ?? null} onChange={(v) => onChange(v ?? undefined)} />
    case 'number':
      return <NumberInput {...shared} min={field.min} max={field.max} allowDecimal={false} value={(value as number | undefined) ?? ''} onChange={(v) => onChange(v === '' ? undefined : Number(v))} />
    case 'codecs':
      return <MultiSelect {...shared} placeholder={(value as string[] | undefined)?.length ? undefined : shared.placeholder} data={CODECS.map((c) => ({ value: c, label: c.toUpperCase() }))} value={(value as string[] | undefined) ?? []} onChange={onChange} clearable />
    case 'list':
      return <TextInput {...shared} value={((value as string[] | undefined) ?? []).join(', ')} onChange={(e) => onChange(split(e.currentTarget.value))} />
    case 'text':
      return <TextInput {...shared} value={(value as string | undefined) ?? ''} onChange={(e) => onChange(e.currentTarget.value)} />
  }
}

/** A trailing comma is kept while the next one is typed. */
const split = (text: string) => (text.trim() === '' ? [] : text.split(',').map((s) => s.trimStart()))

interface RawProps {
  raw: Raw[]
  disabled: boolean
  errorOf: (name: string) => string | undefined
  onChange: (raw: Raw[]) => void
}

function RawFields({ raw, disabled, errorOf, onChange }: RawProps) {
  const t = useT()
  const set = (i: number, part: Partial<Raw>) => onChange(raw.map((r, j) => (j === i ? { ...r, ...part } : r)))
  return (
    <Fieldset legend={t('phones.raw')}>
      <Stack gap="xs">
        <Text size="sm" c="dimmed">
          {t('phones.raw_text')}
        </Text>
        {raw.map((r, i) => (
          <Group key={r.key} align="flex-start" wrap="nowrap" gap="xs">
            <TextInput aria-label={t('phones.raw_name')} placeholder={t('phones.raw_name')} value={r.name} disabled={disabled} error={errorOf(r.name)} spellCheck={false} style={{ flex: 3 }} onChange={(e) => set(i, { name: e.currentTarget.value })} />
            <TextInput aria-label={`${t('phones.raw_value')}: ${r.name}`} placeholder={t('phones.raw_value')} value={r.value} disabled={disabled} spellCheck={false} maxLength={511} style={{ flex: 2 }} onChange={(e) => set(i, { value: e.currentTarget.value })} />
            {!disabled && (
              <ActionIcon variant="subtle" color="red" size="lg" aria-label={`${t('shell.remove')}: ${r.name}`} onClick={() => onChange(raw.filter((_, j) => j !== i))}>
                <Trash2 size={16} aria-hidden />
              </ActionIcon>
            )}
          </Group>
        ))}
        {!disabled && (
          <Group>
            <Button variant="default" size="compact-md" leftSection={<Plus size={14} aria-hidden />} onClick={() => onChange([...raw, { key: newKey(), name: '', value: '' }])}>
              {t('phones.add_raw')}
            </Button>
          </Group>
        )}
      </Stack>
    </Fieldset>
  )
}
