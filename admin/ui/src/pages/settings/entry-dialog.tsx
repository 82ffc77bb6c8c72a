import { Code, Group, Modal, Stack, Table, Text } from '@mantine/core'
import { tMaybe, useT } from '~/i18n'
import { CopyButton } from '~/parts/CopyButton'
import { StatusBadge } from '~/parts/StatusBadge'
import { Time } from '~/parts/Time'
import { ActorName, outcomeTones, type Entry } from './activity'

/** EntryDialog shows an audit entry whole: what changed, from what to what. */
export function EntryDialog({ entry, onClose }: { entry: Entry | null; onClose: () => void }) {
  const t = useT()
  return (
    <Modal opened={entry !== null} onClose={onClose} title={entry?.event} size="lg">
      {entry && (
        <Stack>
          <Table variant="vertical" layout="fixed">
            <Table.Tbody>
              <Line name={t('settings.time')}><Time at={entry.timestamp} /></Line>
              <Line name={t('settings.resource')}>{entry.resource ?? '–'}</Line>
              <Line name={t('settings.actor')}><ActorName actor={entry.actor} /></Line>
              <Line name={t('settings.outcome')}><StatusBadge tone={outcomeTones[entry.outcome] ?? 'neutral'} label={tMaybe(`settings.outcome_${entry.outcome}`) ?? entry.outcome} /></Line>
              <Line name={t('settings.ip')}>{entry.ip}</Line>
              {entry.detail && <Line name={t('settings.detail')}>{entry.detail}</Line>}
              <Line name={t('settings.entry_number')}>{entry.seq}</Line>
            </Table.Tbody>
          </Table>
          {(entry.changes ?? []).length > 0 && <Changes changes={entry.changes} />}
          <Group gap={4}>
            <Text size="sm">{t('settings.copy_as_json')}</Text>
            <CopyButton value={JSON.stringify(entry, null, 2)} label={t('settings.as_json', { event: entry.event })} />
          </Group>
        </Stack>
      )}
    </Modal>
  )
}

function Line({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <Table.Tr>
      <Table.Th w={150} scope="row">
        {name}
      </Table.Th>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>{children}</Table.Td>
    </Table.Tr>
  )
}

function Changes({ changes }: { changes: Entry['changes'] }) {
  const t = useT()
  return (
    <Table.ScrollContainer minWidth={400} tabIndex={0}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('settings.field')}</Table.Th>
            <Table.Th scope="col">{t('settings.before')}</Table.Th>
            <Table.Th scope="col">{t('settings.after')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {changes.map((c) => (
            <Table.Tr key={c.field}>
              <Table.Td>{c.field}</Table.Td>
              <Table.Td><Value value={c.before} /></Table.Td>
              <Table.Td><Value value={c.after} /></Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}

function Value({ value }: { value: unknown }) {
  return value === null || value === undefined || value === '' ? '–' : <Code style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>{String(value)}</Code>
}
