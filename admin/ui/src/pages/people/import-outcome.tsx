import { Alert, List, Stack, Text } from '@mantine/core'
import { CircleCheck } from 'lucide-react'
import { useT } from '~/i18n'
import type { Imported } from './account-file'

interface Props {
  outcome: Imported
  /** It was done; else it is what would be done. */
  made: boolean
}

/** ImportOutcome says what an exported account makes here, or all that is in its way. */
export function ImportOutcome({ outcome, made }: Props) {
  const t = useT()
  const { name, clashes, generated, missing } = outcome
  if (clashes.length > 0) {
    return (
      <Alert color="red" variant="light" role="alert" title={t('people.import_clashes', { count: clashes.length, name })}>
        <Lines lines={clashes.map((c) => `${c.record}: ${c.field} ${c.detail}`)} />
      </Alert>
    )
  }
  return (
    <Stack gap="sm">
      <Alert color={made ? 'green' : 'blue'} variant="light" icon={made && <CircleCheck aria-hidden />} role="status" title={t(made ? 'people.import_made' : 'people.import_would', { name })}>
        <Text size="sm">{[...counts(outcome.records), t('people.import_files', { count: outcome.files })].join(', ')}</Text>
      </Alert>
      {missing.length > 0 && (
        <Alert color="orange" variant="light" title={t('people.import_missing')}>
          <Lines lines={missing} />
        </Alert>
      )}
      {generated.length > 0 && (
        <Alert color="gray" variant="light" title={t('people.import_generated')}>
          <Lines lines={generated} />
        </Alert>
      )}
    </Stack>
  )
}

/** counts are how many records there are of each kind, named as the API names them. */
const counts = (records: Record<string, number>) =>
  Object.entries(records)
    .filter(([, count]) => count > 0)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([kind, count]) => `${kind}: ${count}`)

function Lines({ lines }: { lines: string[] }) {
  return (
    <List size="sm" tabIndex={0} style={{ maxHeight: '30vh', overflow: 'auto', overflowWrap: 'anywhere' }}>
      {lines.map((line, i) => (
        <List.Item key={i}>{line}</List.Item>
      ))}
    </List>
  )
}
