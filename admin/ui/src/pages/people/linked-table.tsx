import { Anchor, Center, Loader, Table, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { PageLink } from '~/app/account'
import { useT } from '~/i18n'

interface Props<T> {
  label: string
  pending: boolean
  rows: T[]
  /** The first column links to this page. */
  to: (row: T) => string
  columns: { header: string; cell: (row: T) => ReactNode }[]
  empty: string
}

/** LinkedTable lists a few records of other pages. */
export function LinkedTable<T extends { id: string }>({ label, pending, rows, to, columns, empty }: Props<T>) {
  const t = useT()
  if (pending) {
    return (
      <Center p="md">
        <Loader size="sm" aria-label={t('shell.loading')} />
      </Center>
    )
  }
  if (rows.length === 0) return <Text c="dimmed">{empty}</Text>
  return (
    <Table.ScrollContainer minWidth={columns.length > 2 ? 420 : 280}>
      <Table aria-label={label} verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            {columns.map((c) => (
              <Table.Th key={c.header}>{c.header}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.id}>
              {columns.map((c, i) => (
                <Table.Td key={c.header}>
                  {i === 0 ? (
                    <Anchor component={PageLink} to={to(row)} inherit>
                      {c.cell(row)}
                    </Anchor>
                  ) : (
                    c.cell(row)
                  )}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}
