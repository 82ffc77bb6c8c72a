import { ActionIcon, Alert, Button, Group, Paper, Stack, Table, Text, Tooltip, VisuallyHidden } from '@mantine/core'
import { Pencil, PhoneCall, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { usePatch, useAll } from '~/api/records'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { DeleteDialog } from '~/parts/ConfirmDialog'
import { EmptyState } from '~/parts/EmptyState'
import { StatusBadge } from '~/parts/StatusBadge'
import { modelNamed, useModels } from '../models'
import { modelOf, type Device, type DeviceLine } from './device'
import { LineDialog } from './LineDialog'

/** What the API knows of a line besides its record. */
export interface LineState {
  line: number
  credential_list: string | null
  username: string
  domain: string
  registered: boolean
}

export const lineStates = (d: Device) => ((d as { line_states?: LineState[] }).line_states ?? [])

/** LinesTab are the phone's lines: who registers where. */
export function LinesTab({ device }: { device: Device }) {
  const t = useT()
  const may = useMay()
  const patch = usePatch<'devices', Device>('devices')
  const models = useModels().data ?? []
  const users = useAll('users', {}, { enabled: may('user.list') }).data
  const [open, setOpen] = useState<DeviceLine | 'new' | null>(null)
  const [deleting, setDeleting] = useState<DeviceLine | null>(null)
  if (device.type === 'dect_base') return <Text c="dimmed">{t('phones.base_lines')}</Text>
  const lines = device.lines ?? []
  const known = lineStates(device)
  const allowed = may('device.update')
  const model = device.type === 'deskphone' ? modelNamed(models, modelOf(device)) : undefined
  const most = model && !model.generic ? model.accounts : 24
  const full = lines.length >= most
  const save = (next: unknown[]) => patch.mutateAsync({ record: device, changes: { lines: next } })
  const add = allowed && (
    <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setOpen('new')} disabled={full}>
      {t('phones.add_line')}
    </Button>
  )
  return (
    <Stack>
      {lines.length === 0 && <EmptyState icon={PhoneCall} title={t('phones.no_lines')} text={t('phones.no_lines_text')} action={add} />}
      {lines.length > 0 && (
        <>
          <Group justify="flex-end">{add}</Group>
          {full && model && <Alert>{t('phones.lines_full', { model: model.model, count: most })}</Alert>}
          <Paper withBorder>
            <Table.ScrollContainer minWidth={480} tabIndex={0} role="region" aria-label={t('phones.tab_lines')}>
              <Table aria-label={t('phones.tab_lines')} verticalSpacing="xs">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t('phones.line')}</Table.Th>
                    <Table.Th>{t('phones.credential')}</Table.Th>
                    <Table.Th>{t('phones.owner')}</Table.Th>
                    <Table.Th>{t('phones.label')}</Table.Th>
                    <Table.Th>{t('phones.line_state')}</Table.Th>
                    <Table.Th w={1}>
                      <VisuallyHidden>{t('shell.more')}</VisuallyHidden>
                    </Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {lines.toSorted((a, b) => a.line - b.line).map((l) => {
                    const state = known.find((k) => k.line === l.line)
                    const name = t('phones.line_number', { line: l.line })
                    return (
                      <Table.Tr key={l.line}>
                        <Table.Td>{l.line}</Table.Td>
                        <Table.Td style={{ overflowWrap: 'anywhere' }}>{state ? `${state.username}@${state.domain}` : '…'}</Table.Td>
                        <Table.Td>{l.user ? users?.find((u) => u.id === l.user)?.name ?? '…' : '–'}</Table.Td>
                        <Table.Td style={{ overflowWrap: 'anywhere' }}>{l.label}</Table.Td>
                        <Table.Td>
                          <StatusBadge tone={state?.registered ? 'good' : 'neutral'} label={t(state?.registered ? 'phones.registration_registered' : 'phones.registration_not_registered')} />
                        </Table.Td>
                        <Table.Td>
                          {allowed && (
                            <Group gap={2} wrap="nowrap" justify="flex-end">
                              <Tooltip label={t('shell.edit')}>
                                <ActionIcon variant="subtle" color="gray" onClick={() => setOpen(l)} aria-label={`${t('shell.edit')}: ${name}`}>
                                  <Pencil size={16} aria-hidden />
                                </ActionIcon>
                              </Tooltip>
                              <Tooltip label={t('shell.remove')}>
                                <ActionIcon variant="subtle" color="red" onClick={() => setDeleting(l)} aria-label={`${t('shell.remove')}: ${name}`}>
                                  <Trash2 size={16} aria-hidden />
                                </ActionIcon>
                              </Tooltip>
                            </Group>
                          )}
                        </Table.Td>
                      </Table.Tr>
                    )
                  })}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          </Paper>
        </>
      )}
      {open && (
        <LineDialog
          key={open === 'new' ? 'new' : open.line}
          line={open === 'new' ? null : open}
          used={lines.map((l) => l.line)}
          most={most}
          list={open === 'new' ? known[0]?.credential_list ?? null : known.find((k) => k.line === open.line)?.credential_list ?? null}
          domain={open === 'new' ? lines[0]?.domain ?? null : null}
          submit={(next) => save(open === 'new' ? [...lines, next] : lines.map((l) => (l.line === open.line ? next : l)))}
          onClose={() => setOpen(null)}
        />
      )}
      <DeleteDialog
        name={deleting && t('phones.delete_line', { line: deleting.line })}
        onClose={() => setDeleting(null)}
        onDelete={() => save(lines.filter((l) => l.line !== deleting?.line))}
      >
        {t('phones.delete_line_text')}
      </DeleteDialog>
    </Stack>
  )
}
