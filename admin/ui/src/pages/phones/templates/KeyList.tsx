import { ActionIcon, Group, Table, Text, Tooltip, UnstyledButton, VisuallyHidden } from '@mantine/core'
import { Pencil, Trash2 } from 'lucide-react'
import { useT } from '~/i18n'
import { keyOf, placeOf, type Button } from '../buttons/button'
import type { Draft } from '../buttons/draft'
import { TypeLabel } from '../buttons/Palette'
import css from '../buttons/palette.module.css'
import { Verdict, type EffectiveKey } from '../buttons/Verdict'
import { placeName, targetText } from '../buttons/words'
import type { Place } from '../drawing/keys'

interface Props {
  draft: Draft
  keyAt: (at: Place) => EffectiveKey | undefined
  readOnly: boolean
  onOpen: (at: Place) => void
  onRemove: (at: Place) => void
}

/** KeyList lists every key of a template, those the chosen model does not have among them. */
export function KeyList({ draft, keyAt, readOnly, onOpen, onRemove }: Props) {
  const t = useT()
  return (
    <Table.ScrollContainer minWidth={300} tabIndex={0} role="region" aria-label={t('phones.key_list')}>
      <Table verticalSpacing={6} aria-label={t('phones.key_list')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('phones.place')}</Table.Th>
            <Table.Th>{t('phones.type')}</Table.Th>
            <Table.Th visibleFrom="sm">{t('phones.label')}</Table.Th>
            <Table.Th visibleFrom="md">{t('phones.target')}</Table.Th>
            <Table.Th>{t('phones.verdict')}</Table.Th>
            <Table.Th w={1}>
              <VisuallyHidden>{t('shell.more')}</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {draft.map((b) => (
            <Row key={keyOf(b)} b={b} judged={keyAt(placeOf(b))} readOnly={readOnly} onOpen={() => onOpen(placeOf(b))} onRemove={() => onRemove(placeOf(b))} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}

function Row({ b, judged, readOnly, onOpen, onRemove }: { b: Button; judged?: EffectiveKey; readOnly: boolean; onOpen: () => void; onRemove: () => void }) {
  const t = useT()
  const place = placeName(t, placeOf(b))
  const label = b.label || judged?.label || ''
  return (
    <Table.Tr>
      <Table.Td>
        <UnstyledButton onClick={onOpen} className="row-link" fz="sm">
          {place}
        </UnstyledButton>
      </Table.Td>
      <Table.Td>
        <Group gap={6} wrap="nowrap">
          <TypeLabel type={b.type ?? ''} />
        </Group>
        <Text size="xs" c="dimmed" hiddenFrom="sm" style={{ overflowWrap: 'anywhere' }}>
          {label}
        </Text>
      </Table.Td>
      <Table.Td visibleFrom="sm" maw={220} style={{ overflowWrap: 'anywhere' }}>
        {label}
      </Table.Td>
      <Table.Td visibleFrom="md" maw={220} style={{ overflowWrap: 'anywhere' }}>
        {targetText(t, b)}
      </Table.Td>
      <Table.Td miw={112}>{judged && <Verdict verdict={judged.verdict} reason={judged.reason} template />}</Table.Td>
      <Table.Td>
        <Group gap={2} wrap="nowrap" justify="flex-end">
          <Tooltip label={t('shell.edit')}>
            <ActionIcon visibleFrom="xs" variant="subtle" color="gray" onClick={onOpen} aria-label={`${t(readOnly ? 'phones.show' : 'shell.edit')}: ${place}`}>
              <Pencil size={16} aria-hidden className={css.icon} />
            </ActionIcon>
          </Tooltip>
          {!readOnly && (
            <Tooltip label={t('shell.remove')}>
              <ActionIcon variant="subtle" color="red" onClick={onRemove} aria-label={`${t('shell.remove')}: ${place}`}>
                <Trash2 size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  )
}
