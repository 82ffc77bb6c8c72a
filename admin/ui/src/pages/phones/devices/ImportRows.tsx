import { Box, Group, Table, Text } from '@mantine/core'
import { tMaybe, useT } from '~/i18n'
import { StatusBadge, type Tone } from '~/parts/StatusBadge'
import { wrongFirst, type DeviceImport } from './table'

/** How many rows are drawn; the counts are of all. */
const most = 200

const tones: Record<string, Tone> = { create: 'good', update: 'busy', unchanged: 'neutral', error: 'bad' }

/** ImportRows lists what becomes of each row of a table, those that are wrong first. */
export function ImportRows({ outcome }: { outcome: DeviceImport }) {
  const t = useT()
  const rows = wrongFirst(outcome.rows).slice(0, most)
  const counts: [string, number][] = [
    ['error', outcome.failed],
    ['create', outcome.created],
    ['update', outcome.updated],
    ['unchanged', outcome.unchanged],
  ]
  return (
    <>
      <Group gap="xs">
        {counts
          .filter(([, count]) => count > 0)
          .map(([verdict, count]) => (
            <StatusBadge key={verdict} tone={tones[verdict] ?? 'neutral'} label={`${verdictName(verdict)}: ${count}`} />
          ))}
      </Group>
      <Box role="region" aria-label={t('phones.import_rows')} tabIndex={0} style={{ maxHeight: '45vh', overflow: 'auto' }}>
        <Table stickyHeader aria-label={t('phones.import_rows')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t('phones.import_row')}</Table.Th>
              <Table.Th scope="col">{t('phones.address_of')}</Table.Th>
              <Table.Th scope="col">{t('phones.result')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.line}>
                <Table.Td>{row.line}</Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{row.name}</Table.Td>
                <Table.Td>
                  <StatusBadge tone={tones[row.verdict] ?? 'neutral'} label={verdictName(row.verdict)} />
                  {row.errors.map((e) => (
                    <Text key={e.field + e.code} size="sm" style={{ overflowWrap: 'anywhere' }}>
                      <b>{e.field}</b> {e.detail}
                    </Text>
                  ))}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Box>
      {outcome.rows.length > rows.length && (
        <Text size="sm" c="dimmed">
          {t('phones.import_shown', { shown: rows.length, total: outcome.rows.length })}
        </Text>
      )}
    </>
  )
}

const verdictName = (verdict: string) => tMaybe(`phones.row_${verdict}`) ?? verdict
