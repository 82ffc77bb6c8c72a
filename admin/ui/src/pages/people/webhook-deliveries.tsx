import { Button, Code, Modal, Stack, Table, Text, Title } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { problemOf } from '~/api/problem'
import { useAction } from '~/api/records'
import type { Shown } from '~/api/types'
import { useMay } from '~/app/session'
import { tMaybe, useT } from '~/i18n'
import { EmptyState } from '~/parts/EmptyState'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { RecordTable, type Column } from '~/parts/RecordTable'
import { StatusBadge, type Tone } from '~/parts/StatusBadge'
import { Time } from '~/parts/Time'
import { selectFilter } from '~/parts/filter'
import { RowMenu } from './row-menu'

type Delivery = Shown<'Delivery'>

const states = ['pending', 'delivered', 'failed'] as const
const tones: Record<string, Tone> = { pending: 'busy', delivered: 'good', failed: 'bad' }
const stateName = (state: string) => tMaybe(`people.hook_delivery_${state}`) ?? state

/** Deliveries are a webhook's events, newest first, and what became of them. */
export function Deliveries({ webhook }: { webhook: string }) {
  const t = useT()
  const collection = `webhooks/${webhook}/deliveries`
  const retry = useAction([collection])
  const [shown, setShown] = useState<Delivery | null>(null)
  const again = (d: Delivery) =>
    retry.mutate({ path: `${collection}/${d.id}/retry` }, { onSuccess: () => notifications.show({ message: t('people.hook_delivery_retried') }) })
  const columns: Column<Delivery>[] = [
    { key: 'event', header: t('people.hook_delivery_event'), cell: (d) => d.event },
    {
      key: 'state',
      header: t('people.hook_delivery_state'),
      cell: (d) => <StatusBadge tone={tones[d.state] ?? 'neutral'} label={stateName(d.state)} />,
      width: 140,
      filter: selectFilter('state', states.map((s) => ({ value: s, label: stateName(s) }))),
    },
    { key: 'answer', header: t('people.hook_delivery_answer'), cell: (d) => <Answer delivery={d} />, from: 'sm' },
    { key: 'attempts', header: t('people.hook_delivery_attempts'), cell: (d) => d.attempts, from: 'md', width: 90 },
    { key: 'when', header: t('people.common_created'), cell: (d) => <Time at={d.created_at} relative />, from: 'xs', width: 150 },
  ]
  return (
    <>
      <Title order={2} size="h4" mb="xs">
        {t('people.hook_deliveries')}
      </Title>
      <ProblemAlert problem={retry.error && problemOf(retry.error)} />
      <RecordTable
        label={t('people.hook_deliveries')}
        collection={collection}
        columns={columns}
        onRow={setShown}
        refetchInterval={5_000}
        actions={(d) => (
          <RowMenu
            name={d.event}
            actions={[
              { label: t('people.hook_delivery_show'), run: () => setShown(d) },
              { label: t('people.hook_delivery_retry'), may: 'webhook.retry', run: () => again(d) },
            ]}
          />
        )}
        empty={<EmptyState title={t('people.hook_deliveries_empty_title')} text={t('people.hook_deliveries_empty_text')} />}
      />
      {shown && <DeliveryDialog delivery={shown} onRetry={() => again(shown)} onClose={() => setShown(null)} />}
    </>
  )
}

function Answer({ delivery }: { delivery: Delivery }) {
  const last = delivery.last_attempt
  if (!last) return null
  return (
    <Text size="sm" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
      {[last.code || '', last.text].filter(Boolean).join(' ')}
    </Text>
  )
}

interface DialogProps {
  delivery: Delivery
  onRetry: () => void
  onClose: () => void
}

function DeliveryDialog({ delivery, onRetry, onClose }: DialogProps) {
  const t = useT()
  const may = useMay()
  return (
    <Modal opened onClose={onClose} title={delivery.event} size="lg">
      <Stack>
        <Text size="sm">
          {t('people.hook_delivery_state')}: {stateName(delivery.state)}
          {delivery.next_attempt_at && (
            <>
              {' · '}
              {t('people.hook_delivery_next')}: <Time at={delivery.next_attempt_at} />
            </>
          )}
        </Text>
        {delivery.history.length > 0 && (
          <Table verticalSpacing={4} aria-label={t('people.hook_delivery_attempts')}>
            <Table.Tbody>
              {delivery.history.map((a) => (
                <Table.Tr key={a.at}>
                  <Table.Td style={{ whiteSpace: 'nowrap' }}>
                    <Time at={a.at} />
                  </Table.Td>
                  <Table.Td>{a.code || ''}</Table.Td>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>{a.text}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
        <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', maxHeight: 360 }} tabIndex={0}>
          {pretty(delivery.payload)}
        </Code>
        {may('webhook.retry') && (
          <Button
            variant="default"
            style={{ alignSelf: 'flex-end' }}
            onClick={() => {
              onRetry()
              onClose()
            }}
          >
            {t('people.hook_delivery_retry')}
          </Button>
        )}
      </Stack>
    </Modal>
  )
}

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2)
  } catch {
    return json
  }
}
