import { Alert, Loader, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { refresh, usePath } from '~/api/records'
import type { Row } from '~/api/types'
import { useGo } from '~/app/account'
import { useLanguage, useT, type TextKey } from '~/i18n'
import { RecordDialog } from '~/parts/RecordDialog'
import { formatDuration } from '~/parts/Time'
import { ConvertError, prepare, type ConvertFailure, type Prepared } from './convert'
import { DropZone } from './drop-zone'
import { bytes } from './format'
import './live.css'
import { Outline, outlineOf } from './sound-player'
import { UploadProgress } from './upload-progress'
import { useUpload } from './use-upload'

type Clip = Row<'audio_clips'>

const failures: Record<ConvertFailure, TextKey> = {
  undecodable: 'live.clip_undecodable', too_long: 'live.clip_too_long', empty: 'live.clip_empty',
}

/** ClipDialog uploads a clip, or another sound for one that is there. */
export function ClipDialog({ clip, onClose }: { clip?: Clip; onClose: () => void }) {
  const t = useT()
  const go = useGo()
  const client = useQueryClient()
  const path = usePath('audio_clips')
  const sound = useSound()
  const { share, send, cancel } = useUpload<Clip>()
  const form = useForm({
    initialValues: { name: clip?.name ?? '', file: '' },
    validate: { file: () => (sound.ready ? null : t('live.choose_sound')) },
  })

  async function submit(values: { name: string }, key: string) {
    const body = new FormData()
    if (values.name !== clip?.name) body.set('name', values.name.trim())
    body.set('file', sound.ready!.file, sound.name)
    const made = clip
      ? await send({ path: `${path}/${clip.id}`, method: 'PATCH', form: body, revision: clip.revision })
      : await send({ path, form: body, key })
    await refresh(client, path)
    form.resetDirty()
    if (!clip) setTimeout(() => void go(`/audio_clips/${made.id}`)) // once the form no longer holds the page
  }

  function take(file: File) {
    const name = file.name.replace(/\.[^.]*$/, '').slice(0, 100)
    if (!form.getValues().name) form.setFieldValue('name', name)
    form.setFieldValue('file', file.name)
    form.clearFieldError('file')
    void sound.take(file)
  }

  return (
    <RecordDialog opened title={t(clip ? 'live.replace_sound' : 'live.add_clip')} confirm={t('live.upload')} form={form} submit={submit} onClose={onClose}>
      <TextInput label={t('live.name')} maxLength={100} required {...form.getInputProps('name')} name="name" />
      <div data-path="file">
        <DropZone label={t('live.sound_file')} hint={t('live.sound_file_text')} accept="audio/*,video/webm,.wav,.mp3,.ogg,.opus,.m4a,.webm" disabled={share !== null} onFiles={([file]) => file && take(file)} />
      </div>
      {form.errors.file && (
        <Alert color="red" role="alert">
          {form.errors.file}
        </Alert>
      )}
      <SoundState sound={sound} />
      <UploadProgress share={share} onCancel={cancel} />
    </RecordDialog>
  )
}

interface Sound {
  name: string
  size: number
  busy: boolean
  ready: Prepared | null
  failure: ConvertFailure | null
  take: (file: File) => Promise<void>
}

/** useSound makes a chosen file ready to be sent; a later choice counts. */
function useSound(): Sound {
  const [state, setState] = useState({ name: '', size: 0, busy: false, ready: null as Prepared | null, failure: null as ConvertFailure | null })
  const latest = useRef<File | null>(null)
  async function take(file: File) {
    latest.current = file
    setState({ name: file.name, size: file.size, busy: true, ready: null, failure: null })
    let ready: Prepared | null = null
    let failure: ConvertFailure | null = null
    try {
      ready = await prepare(file)
    } catch (err) {
      failure = err instanceof ConvertError ? err.reason : 'undecodable'
    }
    if (latest.current === file) setState({ name: file.name, size: file.size, busy: false, ready, failure })
  }
  return { ...state, take }
}

function SoundState({ sound }: { sound: Sound }) {
  const t = useT()
  const language = useLanguage()
  if (sound.busy) return <Loader size="sm" />
  if (sound.failure) {
    return (
      <Alert color="red" role="alert" title={sound.name}>
        {t(failures[sound.failure])}
      </Alert>
    )
  }
  if (!sound.ready) return null
  const { file, converted, seconds, samples } = sound.ready
  return (
    <div>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {sound.name}
        {seconds > 0 && `, ${formatDuration(seconds)}`}, {bytes(sound.size, language)}
      </Text>
      {converted && (
        <Text size="sm" c="dimmed" role="status">
          {t('live.converted', { size: bytes(file.size, language) })}
        </Text>
      )}
      {samples.length > 0 && <Outline path={outlineOf(samples)} />}
    </div>
  )
}
