import { ActionIcon, Alert, Collapse, Group, NumberInput, Select, SimpleGrid, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQueryClient } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { useState } from 'react'
import { refresh, useAccountRecord, usePath } from '~/api/records'
import { useGo } from '~/app/account'
import { useLanguage, useT } from '~/i18n'
import { formatPhone } from '~/parts/Phone'
import { RecordDialog } from '~/parts/RecordDialog'
import { ReferencePicker } from '~/parts/ReferencePicker'
import { DropZone } from './drop-zone'
import type { Fax } from './faxes'
import { bytes } from './format'
import './live.css'
import { choices } from './states'
import { faxFields, maxFaxFiles, maxFaxSize, type FaxDraft } from './fax-form'
import { UploadProgress } from './upload-progress'
import { useUpload } from './use-upload'

/** FaxDialog sends files, a cover, or the document of another fax once more. */
export function FaxDialog({ again, onClose }: { again?: Fax; onClose: () => void }) {
  const t = useT()
  const go = useGo()
  const client = useQueryClient()
  const path = usePath('faxes')
  const account = useAccountRecord().data
  const [files, setFiles] = useState<File[]>([])
  const { share, send, cancel } = useUpload<Fax>()
  const size = files.reduce((sum, f) => sum + f.size, 0)
  const form = useForm<FaxDraft>({
    initialValues: {
      to: again?.direction === 'inbound' ? again.from : (again?.to ?? ''), number: again?.number ?? null, quality: 'fine', header: '', on_limit: 'queue',
      max_attempts: 5, scheduled_at: '', cover: false, cover_title: '', cover_to: '', cover_from: '', cover_company: '', cover_subject: '', cover_text: '', files: 0,
    },
    validate: {
      to: (to) => (to.trim() ? null : t('live.fax_to_missing')),
      files: (_n, values) => {
        if (files.length === 0 && !again && !values.cover) return t('live.fax_files_missing')
        if (files.length > maxFaxFiles) return t('live.fax_too_many_files', { most: maxFaxFiles })
        return size > maxFaxSize ? t('live.fax_too_large') : null
      },
    },
  })

  function take(more: File[]) {
    const list = [...files, ...more]
    setFiles(list)
    form.setFieldValue('files', list.length)
    form.clearFieldError('files')
    form.clearFieldError('file')
  }

  async function submit(values: FaxDraft, key: string) {
    const body = new FormData()
    for (const [name, value] of faxFields(values, again?.id)) body.set(name, value)
    files.forEach((file) => body.append('file', file, file.name))
    const made = await send({ path, form: body, key })
    await refresh(client, path)
    form.resetDirty()
    setTimeout(() => void go(`/faxes/${made.id}`)) // once the form no longer holds the page
  }

  const input = (name: string, field = name) => ({ ...form.getInputProps(name), name: field })
  return (
    <RecordDialog opened size="lg" title={t(again ? 'live.send_again' : 'live.send_fax')} confirm={t('live.send')} form={form} submit={submit} onClose={onClose}>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput label={t('live.fax_to')} description={t('live.fax_to_text')} type="tel" placeholder="+13125550100" required data-autofocus {...input('to')} />
        <ReferencePicker
          collection="numbers"
          label={t('live.fax_from')}
          description={t('live.fax_from_text')}
          allow={(n) => n.outbound_enabled === true}
          show={(n) => formatPhone(String(n.number))}
          placeholder={account?.default_outbound_number ? t('live.account_number') : undefined}
          clearable
          name="number"
          value={form.values.number}
          error={form.errors.number}
          onChange={(id) => form.setFieldValue('number', id)}
        />
      </SimpleGrid>
      {again ? (
        <Text size="sm">{t('live.document_of', { count: again.source_pages })}</Text>
      ) : (
        <DropZone label={t('live.fax_files')} hint={t('live.fax_files_text')} accept="application/pdf,image/tiff,image/png,.pdf,.tif,.tiff,.png" multiple disabled={share !== null} onFiles={take} />
      )}
      <FileList files={files} onRemove={(i) => setFiles(files.filter((_, at) => at !== i))} />
      <div data-path="file">
        {(form.errors.file ?? form.errors.files) && (
          <Alert color="red" role="alert">
            {form.errors.file ?? form.errors.files}
          </Alert>
        )}
      </div>
      <Switch label={t('live.cover')} description={t('live.cover_text')} {...form.getInputProps('cover', { type: 'checkbox' })} />
      <Collapse expanded={form.values.cover}>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput label={t('live.cover_to')} maxLength={100} {...input('cover_to', 'cover.to')} />
          <TextInput label={t('live.cover_company')} maxLength={100} {...input('cover_company', 'cover.company')} />
          <TextInput label={t('live.cover_from')} maxLength={100} {...input('cover_from', 'cover.from')} />
          <TextInput label={t('live.cover_title')} maxLength={100} {...input('cover_title', 'cover.title')} />
        </SimpleGrid>
        <TextInput mt="xs" label={t('live.cover_subject')} maxLength={100} {...input('cover_subject', 'cover.subject')} />
        <Textarea mt="xs" label={t('live.cover_message')} autosize minRows={3} maxRows={10} {...input('cover_text', 'cover.text')} />
      </Collapse>
      <details>
        <summary>
          <Text span size="sm" fw={500}>
            {t('live.more_options')}
          </Text>
        </summary>
        <SimpleGrid cols={{ base: 1, sm: 2 }} mt="xs">
          <Select label={t('live.quality_label')} data={choices('fax_quality', ['standard', 'fine', 'superfine'])} allowDeselect={false} {...input('quality')} />
          <TextInput label={t('live.scheduled_at')} description={t('live.scheduled_at_text')} type="datetime-local" {...input('scheduled_at')} />
          <TextInput label={t('live.fax_header')} description={t('live.fax_header_text')} maxLength={50} placeholder={account?.name} {...input('header')} />
          <NumberInput label={t('live.max_attempts')} min={1} max={20} allowDecimal={false} {...input('max_attempts')} />
          <Select label={t('live.on_limit')} data={choices('on_limit', ['queue', 'reject'])} allowDeselect={false} {...input('on_limit')} />
        </SimpleGrid>
      </details>
      <UploadProgress share={share} onCancel={cancel} />
    </RecordDialog>
  )
}

function FileList({ files, onRemove }: { files: File[]; onRemove: (at: number) => void }) {
  const t = useT()
  const language = useLanguage()
  if (files.length === 0) return null
  return (
    <Stack gap={2} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
      {files.map((file, i) => (
        <Group key={i} component="li" justify="space-between" wrap="nowrap">
          <Text size="sm" truncate>
            {file.name}
          </Text>
          <Group gap={4} wrap="nowrap">
            <Text size="sm" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
              {bytes(file.size, language)}
            </Text>
            <ActionIcon variant="subtle" color="gray" onClick={() => onRemove(i)} aria-label={t('live.remove_file', { name: file.name })}>
              <X size={16} aria-hidden />
            </ActionIcon>
          </Group>
        </Group>
      ))}
    </Stack>
  )
}
