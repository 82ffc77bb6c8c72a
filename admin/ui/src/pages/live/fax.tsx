import { Alert, Button, Card, Group, Loader, Stack, Text, Title } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { problemOf } from '~/api/problem'
import { useAction, useRecord, useRemove } from '~/api/records'
import { PageLink, useGo } from '~/app/account'
import { useLive } from '~/app/live'
import { useMay } from '~/app/session'
import { LiveLost } from '~/app/shell'
import { useT } from '~/i18n'
import { ConfirmDialog, DeleteDialog } from '~/parts/ConfirmDialog'
import { PageHeader } from '~/parts/PageHeader'
import { formatPhone, Phone } from '~/parts/Phone'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { formatDuration, Time } from '~/parts/Time'
import { DownloadButton } from './download'
import { Fact, Facts } from './facts'
import { FaxDialog } from './fax-dialog'
import { FaxPages } from './fax-pages'
import { FaxState, PageProgress, unread, type Fax } from './faxes'
import './live.css'
import { RecordName } from './record-name'
import { word } from './states'

const waiting = ['queued', 'dialing', 'sending']
const going = ['receiving', ...waiting]

/** Fax is one: how far it is, what it says, and what became of it. */
export default function FaxPage() {
  const t = useT()
  const { lost } = useLive()
  const { id = '' } = useParams({ strict: false }) as { id?: string }
  const { data: fax, error, isPending } = useRecord<'faxes', Fax>('faxes', id)
  const trail = [{ to: '/faxes', label: t('live.faxes') }]
  if (isPending) return <Loader />
  if (!fax) {
    return (
      <>
        <PageHeader title={t('live.fax')} trail={trail} />
        <ProblemAlert problem={problemOf(error)} />
      </>
    )
  }
  const inbound = fax.direction === 'inbound'
  const title = t(inbound ? 'live.fax_came' : 'live.fax_goes', { number: formatPhone(inbound ? fax.from : fax.to) || t('live.withheld') })
  return (
    <>
      <PageHeader title={title} trail={trail} badges={<FaxState fax={fax} />} actions={<Actions fax={fax} />} />
      <LiveLost lost={lost} />
      <Stack>
        {fax.detail && <Alert color={going.includes(fax.status) ? 'blue' : 'orange'}>{fax.detail}</Alert>}
        <FaxFacts fax={fax} />
        <Document fax={fax} />
      </Stack>
    </>
  )
}

function Actions({ fax }: { fax: Fax }) {
  const t = useT()
  const may = useMay()
  const go = useGo()
  const remove = useRemove('faxes')
  const [open, setOpen] = useState<'' | 'again' | 'cancel' | 'delete'>('')
  const mark = useMark(fax)
  const there = fax.tiff_size > 0 && !fax.document_deleted
  const call = waiting.includes(fax.status) && fax.direction === 'outbound'
  return (
    <>
      {there && may('fax.create') && may('fax.read_document') && !call && (
        <Button variant="default" onClick={() => setOpen('again')}>
          {t(fax.direction === 'inbound' ? 'live.forward_fax' : 'live.send_again')}
        </Button>
      )}
      {fax.direction === 'inbound' && fax.read_at && may('fax.update') && (
        <Button variant="default" loading={mark.busy} onClick={() => mark.read(false)}>
          {t('live.mark_unread')}
        </Button>
      )}
      {may('fax.delete') && call && (
        <Button variant="light" color="red" onClick={() => setOpen('cancel')}>
          {t('live.call_off')}
        </Button>
      )}
      {may('fax.delete') && !going.includes(fax.status) && (
        <Button variant="light" color="red" onClick={() => setOpen('delete')}>
          {t('shell.delete')}
        </Button>
      )}
      {open === 'again' && <FaxDialog again={fax} onClose={() => setOpen('')} />}
      <ConfirmDialog
        opened={open === 'cancel'}
        title={t('live.call_off_title')}
        confirm={t('live.call_off')}
        danger
        onConfirm={async () => {
          await remove.mutateAsync({ id: fax.id })
          setOpen('')
        }}
        onClose={() => setOpen('')}
      >
        {t('live.call_off_text')}
      </ConfirmDialog>
      <DeleteDialog
        name={open === 'delete' ? t('live.fax') : null}
        onDelete={async () => {
          await remove.mutateAsync({ id: fax.id })
          void go('/faxes')
        }}
        onClose={() => setOpen('')}
      >
        {t('live.delete_fax_text')}
      </DeleteDialog>
    </>
  )
}

/** useMark marks a fax as read, or as unread again. */
function useMark(fax: Fax) {
  const may = useMay()
  const act = useAction(['faxes'])
  const read = (yes: boolean) => {
    if (may('fax.update')) act.mutate({ path: `faxes/${fax.id}`, method: 'PATCH', body: { read_at: yes ? new Date(Date.now() - clockSkew).toISOString() : null } })
  }
  return { read, busy: act.isPending }
}

// The API takes no moment that lies ahead, and this machine's clock may.
const clockSkew = 5000

function FaxFacts({ fax }: { fax: Fax }) {
  const t = useT()
  const line = [fax.coding, fax.rate > 0 && `${fax.rate} bit/s`, fax.ecm && 'ECM'].filter(Boolean).join(', ')
  return (
    <Card withBorder>
      <Facts>
        <Fact label={t('live.time')}>
          <Time at={fax.created_at} />
        </Fact>
        <Fact label={t('live.pages')}>
          <PageProgress fax={fax} />
        </Fact>
        <Fact label={t('live.from')}>
          <Phone number={fax.from} />
        </Fact>
        <Fact label={t('live.to')}>
          <Phone number={fax.to} />
        </Fact>
        <Fact label={t('live.station')}>{fax.station}</Fact>
        <Fact label={t('live.own_number')}>{fax.number && <RecordName collection="numbers" id={fax.number} link />}</Fact>
        <Fact label={t('live.sent_by')}>{fax.user && <RecordName collection="users" id={fax.user} link />}</Fact>
        <Fact label={t('live.attempts')}>{fax.direction === 'outbound' && t('live.of', { count: fax.attempts, all: fax.max_attempts })}</Fact>
        <Fact label={t('live.next_attempt')}>{fax.next_attempt_at && <Time at={fax.next_attempt_at} />}</Fact>
        <Fact label={t('live.took')}>{fax.seconds > 0 && formatDuration(fax.seconds)}</Fact>
        <Fact label={t('live.ended')}>{fax.ended_at && <Time at={fax.ended_at} />}</Fact>
        <Fact label={t('live.on_the_line')}>{line}</Fact>
        <Fact label={t('live.resolution')}>{word('fax_quality', fax.resolution)}</Fact>
        <Fact label={t('live.bad_rows')}>{fax.bad_rows > 0 && String(fax.bad_rows)}</Fact>
        <Fact label={t('live.resent_frames')}>{fax.resent_frames > 0 && String(fax.resent_frames)}</Fact>
        <Fact label={t('live.lost_packets')}>{fax.lost_packets + fax.recovered_packets > 0 && t('live.lost_counts', { lost: fax.lost_packets, recovered: fax.recovered_packets })}</Fact>
        <Fact label={t('live.read_at')}>{fax.read_at && <Time at={fax.read_at} />}</Fact>
        <Fact label={t('live.fax_header')}>{fax.header}</Fact>
        <Fact label={t('live.recipients')}>{fax.recipients.join(', ')}</Fact>
        <Fact label={t('live.call')}>
          {fax.call && !going.includes(fax.status) && (
            <Button variant="subtle" size="compact-sm" component={PageLink} to={`/calls/${fax.call}`}>
              {t('live.to_call')}
            </Button>
          )}
        </Fact>
      </Facts>
    </Card>
  )
}

function Document({ fax }: { fax: Fax }) {
  const t = useT()
  const may = useMay()
  const [looking, setLooking] = useState(false)
  const mark = useMark(fax)
  const look = () => {
    setLooking(true)
    if (unread(fax)) mark.read(true)
  }
  if (fax.document_deleted) return <Alert color="gray">{t('live.document_deleted')}</Alert>
  if (fax.tiff_size === 0) return null
  if (!may('fax.read_document')) return <Alert color="gray">{t('live.may_not_look')}</Alert>
  return (
    <Card withBorder>
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h4">
          {t('live.document')}
        </Title>
        <Group gap="xs">
          <DownloadButton path={`faxes/${fax.id}/document?format=pdf`} name={`${fax.id}.pdf`}>
            PDF
          </DownloadButton>
          <DownloadButton path={`faxes/${fax.id}/document?format=tiff`} name={`${fax.id}.tif`}>
            TIFF
          </DownloadButton>
        </Group>
      </Group>
      {looking ? (
        <FaxPages id={fax.id} count={Math.max(fax.direction === 'inbound' ? fax.pages : fax.source_pages, 1)} />
      ) : (
        <Group>
          <Button variant="light" onClick={look}>
            {t('live.look')}
          </Button>
          <Text size="xs" c="dimmed">
            {t('live.reading_audited')}
          </Text>
        </Group>
      )}
    </Card>
  )
}
