import { NumberInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMemo } from 'react'
import { Problem, problemOf } from '~/api/problem'
import { useAll } from '~/api/records'
import { useT } from '~/i18n'
import { RecordDialog } from '~/parts/RecordDialog'
import { ReferencePicker } from '~/parts/ReferencePicker'
import { picked } from '../picked'
import { MAX_LABEL } from '../buttons/button'
import type { DeviceLine } from './device'

interface Values extends Record<string, unknown> {
  line: number | string
  list: string | null
  credential: string | null
  domain: string | null
  user: string | null
  label: string
}

interface Props {
  /** null: a new one. */
  line: DeviceLine | null
  /** Numbers of the phone's lines. */
  used: number[]
  most: number
  /** The list of its credential, or where to look first. */
  list: string | null
  domain: string | null
  submit: (line: DeviceLine) => Promise<unknown>
  onClose: () => void
}

/** LineDialog sets one line: the credential out of a list, one of the domains the list is attached to, and whose it is. */
export function LineDialog({ line, used, most, list, domain, submit, onClose }: Props) {
  const t = useT()
  const attachments = useAll('credential_attachments').data
  const form = useForm<Values>({
    initialValues: {
      line: line?.line ?? free(used, most), list, credential: line?.credential ?? null, domain: line?.domain ?? domain, user: line?.user ?? null,
      label: line?.label ?? '',
    },
    validate: {
      line: (v) => (Number(v) >= 1 && Number(v) <= most && (Number(v) === line?.line || !used.includes(Number(v))) ? null : t('phones.fault_line')),
      credential: (v) => (v ? null : t('phones.fault_required')),
      domain: (v) => (v ? null : t('phones.fault_required')),
    },
  })
  const chosen = form.values.list
  const domains = useMemo(() => new Set((attachments ?? []).filter((a) => a.credential_list === chosen).map((a) => a.domain)), [attachments, chosen])
  async function send(v: Values) {
    try {
      await submit({ line: Number(v.line), credential: v.credential, domain: v.domain, user: v.user, label: v.label.trim() } as DeviceLine)
    } catch (err) {
      throw ofLine(problemOf(err))
    }
  }

  return (
    <RecordDialog opened title={line ? t('phones.edit_line', { line: line.line }) : t('phones.add_line')} form={form} confirm={line ? undefined : t('shell.add')} submit={send} onClose={onClose}>
      <NumberInput label={t('phones.line')} min={1} max={most} allowDecimal={false} {...form.getInputProps('line')} />
      <ReferencePicker label={t('phones.credential_list')} collection="credential_lists" {...picked(form, 'list')} onChange={(id) => form.setValues({ list: id, credential: null })} />
      {chosen && (
        <ReferencePicker
          key={chosen}
          label={t('phones.credential')}
          description={t('phones.credential_text')}
          collection={`credential_lists/${chosen}/credentials`}
          {...picked(form, 'credential')}
        />
      )}
      <ReferencePicker
        label={t('phones.domain')}
        description={t('phones.domain_text')}
        collection="sip_domains"
        allow={(r) => !attachments || domains.size === 0 || domains.has(r.id)}
        {...picked(form, 'domain')}
      />
      <ReferencePicker label={t('phones.owner')} collection="users" clearable {...picked(form, 'user')} />
      <TextInput label={t('phones.label')} description={t('phones.line_label_text')} maxLength={MAX_LABEL} {...form.getInputProps('label')} />
    </RecordDialog>
  )
}

function free(used: number[], most: number): number {
  for (let n = 1; n <= most; n++) if (!used.includes(n)) return n
  return most
}

/** ofLine names the fields as the dialog does: lines[2].credential is credential. */
function ofLine(p: Problem): Problem {
  const errors = p.errors.map((e) => ({ ...e, field: e.field.replace(/^lines\[\d+\]\./, '') }))
  return new Problem(p.status, { ...p.body, errors }, p.retryAfter)
}
