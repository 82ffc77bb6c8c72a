import { Button, Code, Group, Modal, Radio, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useT } from '~/i18n'

type Fields = Record<string, unknown>

interface Props {
  theirs: Fields
  mine: Fields
  /** The changes to save over theirs, or null to give up. */
  onAnswer: (changes: Fields | null) => void
}

/** StaleDialog shows both sides of a change two people made, and lets choose field by field. */
export function StaleDialog({ theirs, mine, onAnswer }: Props) {
  const t = useT()
  const fields = Object.keys(mine)
  const [kept, setKept] = useState<Record<string, string>>(() => Object.fromEntries(fields.map((f) => [f, 'mine'])))
  const save = () => onAnswer(Object.fromEntries(fields.filter((f) => kept[f] === 'mine').map((f) => [f, mine[f]])))
  return (
    <Modal opened onClose={() => onAnswer(null)} title={t('shell.stale')} size="lg" zIndex={900}>
      <Stack>
        <Text size="sm">{t('shell.stale_text')}</Text>
        {fields.map((f) => (
          <Radio.Group key={f} label={f} value={kept[f]} onChange={(v) => setKept((k) => ({ ...k, [f]: v }))}>
            <Stack gap={4} mt={4}>
              <Radio value="theirs" label={<Side name={t('shell.stale_theirs')} value={theirs[f]} />} />
              <Radio value="mine" label={<Side name={t('shell.stale_mine')} value={mine[f]} />} />
            </Stack>
          </Radio.Group>
        ))}
        <Group justify="flex-end">
          <Button variant="default" onClick={() => onAnswer(null)}>
            {t('shell.cancel')}
          </Button>
          <Button onClick={save}>{t('shell.stale_save')}</Button>
        </Group>
      </Stack>
    </Modal>
  )
}

function Side({ name, value }: { name: string; value: unknown }) {
  const t = useT()
  const empty = value === null || value === undefined || value === ''
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 1)
  return (
    <>
      {name}: {empty ? <Text span c="dimmed">{t('shell.stale_empty')}</Text> : <Code style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{text}</Code>}
    </>
  )
}
