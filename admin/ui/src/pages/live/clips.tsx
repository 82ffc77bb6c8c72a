import { Button } from '@mantine/core'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { Row } from '~/api/types'
import { useLanguage, useT } from '~/i18n'
import { EmptyState } from '~/parts/EmptyState'
import { May } from '~/parts/May'
import { PageHeader } from '~/parts/PageHeader'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { formatDuration, Time } from '~/parts/Time'
import { ClipDialog } from './clip-dialog'
import { bytes } from './format'

type Clip = Row<'audio_clips'>

/** Clips are the account's music and announcements. */
export default function Clips() {
  const t = useT()
  const language = useLanguage()
  const [adding, setAdding] = useState(false)
  const columns: Column<Clip>[] = [
    { key: 'name', header: t('live.name'), cell: (c) => c.name },
    { key: 'length', header: t('live.length'), width: 90, cell: (c) => formatDuration(c.duration_ms / 1000) },
    { key: 'format', header: t('live.format'), width: 110, from: 'sm', cell: (c) => `${c.format.toUpperCase()}, ${bytes(c.size, language)}` },
    { key: 'loudness', header: t('live.loudness'), width: 130, from: 'md', cell: (c) => loudness(c.loudness_lufs, t('live.silent')) },
    { key: 'changed', header: t('live.changed_at'), from: 'md', cell: (c) => <Time at={c.updated_at} relative /> },
  ]
  const add = (
    <May do="audio_clip.create">
      <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setAdding(true)}>
        {t('live.add_clip')}
      </Button>
    </May>
  )
  return (
    <>
      <PageHeader title={t('live.clips')} text={t('live.clips_text')} actions={add} />
      <RecordTable<Clip>
        label={t('live.clips')}
        collection="audio_clips"
        columns={columns}
        rowLink={(c) => `/audio_clips/${c.id}`}
        empty={<EmptyState title={t('live.no_clips')} text={t('live.no_clips_text')} action={add} />}
      />
      {adding && <ClipDialog onClose={() => setAdding(false)} />}
    </>
  )
}

/** loudness is how loud a file was, as it is told. */
export const loudness = (lufs: number | null | undefined, silent: string) => (lufs === null || lufs === undefined ? silent : `${lufs.toFixed(1)} LUFS`)
