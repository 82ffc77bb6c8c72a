import { ActionIcon, Center, Group, Loader, ScrollArea, Text, Tooltip } from '@mantine/core'
import { ChevronLeft, ChevronRight, RotateCw, ZoomIn, ZoomOut } from 'lucide-react'
import { useEffect, useState, type ReactNode } from 'react'
import { request } from '~/api/client'
import { problemOf, readProblem, type Problem } from '~/api/problem'
import { usePath } from '~/api/records'
import { useT, type TextKey } from '~/i18n'
import { ProblemAlert } from '~/parts/ProblemAlert'

/** Widths a page is shown in, in pixels; the first fits the screen. */
const zooms = [0, 1100, 1728] as const

/** FaxPages shows a fax's document page by page; the arrow keys turn them. */
export function FaxPages({ id, count }: { id: string; count: number }) {
  const t = useT()
  const [page, setPage] = useState(1)
  const [zoom, setZoom] = useState(0)
  const [turns, setTurns] = useState(0)
  const turn = (by: number) => setPage((p) => Math.min(Math.max(p + by, 1), count))
  const width = zooms[zoom]!
  return (
    <div
      role="group"
      aria-label={t('live.document')}
      onKeyDown={(e) => {
        if (e.key === 'ArrowLeft' || e.key === 'PageUp') turn(-1)
        if (e.key === 'ArrowRight' || e.key === 'PageDown') turn(1)
      }}
    >
      <Group justify="center" gap="xs" mb="xs">
        <Tool label="live.page_before" icon={<ChevronLeft size={18} aria-hidden />} disabled={page === 1} onClick={() => turn(-1)} />
        <Text size="sm" role="status" miw={110} ta="center">
          {t('live.page_of', { page, count })}
        </Text>
        <Tool label="live.page_after" icon={<ChevronRight size={18} aria-hidden />} disabled={page === count} onClick={() => turn(1)} />
        <Tool label="live.zoom_out" icon={<ZoomOut size={18} aria-hidden />} disabled={zoom === 0} onClick={() => setZoom(zoom - 1)} />
        <Tool label="live.zoom_in" icon={<ZoomIn size={18} aria-hidden />} disabled={zoom === zooms.length - 1} onClick={() => setZoom(zoom + 1)} />
        <Tool label="live.turn_page" icon={<RotateCw size={18} aria-hidden />} onClick={() => setTurns((turns + 1) % 4)} />
      </Group>
      <ScrollArea.Autosize mah="85vh" tabIndex={0} role="region" aria-label={t('live.page_of', { page, count })}>
        <div style={{ width: width || '100%', maxWidth: width ? undefined : 860, margin: '0 auto', transform: turns ? `rotate(${turns * 90}deg)` : undefined }}>
          <PagePicture key={page} id={id} page={page} count={count} />
        </div>
      </ScrollArea.Autosize>
    </div>
  )
}

function Tool({ label, icon, disabled, onClick }: { label: TextKey; icon: ReactNode; disabled?: boolean; onClick: () => void }) {
  const t = useT()
  return (
    <Tooltip label={t(label)}>
      <ActionIcon variant="default" disabled={disabled} onClick={onClick} aria-label={t(label)}>
        {icon}
      </ActionIcon>
    </Tooltip>
  )
}

function PagePicture({ id, page, count }: { id: string; page: number; count: number }) {
  const t = useT()
  const path = usePath(`faxes/${id}/pages/${page}`)
  const [url, setURL] = useState('')
  const [problem, setProblem] = useState<Problem | null>(null)
  useEffect(() => {
    const stop = new AbortController()
    let made = ''
    readPicture(path, stop.signal).then(
      (blob) => {
        if (stop.signal.aborted) return
        made = URL.createObjectURL(blob)
        setURL(made)
      },
      (err: unknown) => !stop.signal.aborted && setProblem(problemOf(err)),
    )
    return () => {
      stop.abort()
      if (made) URL.revokeObjectURL(made)
    }
  }, [path])
  if (problem) return <ProblemAlert problem={problem} />
  if (!url) {
    return (
      <Center h={300}>
        <Loader />
      </Center>
    )
  }
  return <img className="fax-page" src={url} alt={t('live.page_of', { page, count })} />
}

async function readPicture(path: string, signal: AbortSignal): Promise<Blob> {
  const response = await request(path, { signal, headers: { Accept: 'image/png' } })
  if (!response.ok) throw await readProblem(response)
  return response.blob()
}
