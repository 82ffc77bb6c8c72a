import { Button, Center, Group, Loader, Table, Text, VisuallyHidden } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react'
import { useNavigate } from '@tanstack/react-router'
import type { Query } from '~/api/client'
import { problemOf } from '~/api/problem'
import { useInfinite } from '~/api/records'
import { PageLink, usePagePath } from '~/app/account'
import { useSearchValues, useSetSearch } from '~/app/search'
import { useT } from '~/i18n'
import { EmptyState } from './EmptyState'
import { FilterInput, type Filter } from './filter'
import { ProblemAlert } from './ProblemAlert'

/** Column of a table. */
export interface Column<T> {
  key: string
  header: string
  cell: (row: T) => ReactNode
  width?: number | string
  /** Narrower screens than this leave the column out. */
  from?: 'xs' | 'sm' | 'md' | 'lg'
  /** Filter under the header; it becomes a query field of the list. */
  filter?: Filter
}

interface Props<T> {
  /** Names the table for who cannot see it. */
  label: string
  /** 'devices', or a whole path. */
  collection: string
  /** Fixed part of the query. */
  query?: Query
  columns: Column<T>[]
  rowKey?: (row: T) => string
  /** Page of the account a row opens ('/devices/dev_1'). */
  rowLink?: (row: T) => string
  /** Instead of a page: what a click on a row does. */
  onRow?: (row: T) => void
  /** Buttons at the end of a row. */
  actions?: (row: T) => ReactNode
  /** Shown while the list has no rows at all: what to do next. */
  empty: ReactNode
  /** Milliseconds between looks, for what no event tells of. */
  refetchInterval?: number
  /** Height of a row before it is measured. */
  rowHeight?: number
  /** Beside the number of rows: an export button, a switch. */
  tools?: ReactNode
}

/**
 * RecordTable is a list of any length: pages come from the server while one scrolls and
 * only the rows in sight are drawn. Filters live in the address, so a link keeps them.
 */
export function RecordTable<T extends object>(props: Props<T>) {
  const { label, collection, columns, rowLink, onRow, actions, empty, rowHeight = 45, tools } = props
  const t = useT()
  const rowKey = props.rowKey ?? idOf
  const filters = columns.flatMap((c) => (c.filter ? [c.filter] : []))
  const search = useSearchValues()
  const setSearch = useSetSearch()
  const names = filters.flatMap((f) => f.names)
  const active = names.some((n) => search[n])
  const query: Query = { ...props.query }
  for (const f of filters) Object.assign(query, f.query ? f.query(search) : Object.fromEntries(f.names.map((n) => [n, search[n]])))

  const list = useInfinite<string, T>(collection, query, { refetchInterval: props.refetchInterval })
  const { rows, hasNextPage, isFetchingNextPage, fetchNextPage, isFetchNextPageError } = list
  const frame = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    getItemKey: (i) => rowKey(rows[i]!),
    overscan: 12,
  })
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError && last >= rows.length - 20) void fetchNextPage()
  }, [last, rows.length, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage])

  const clear = () => setSearch(Object.fromEntries(names.map((n) => [n, undefined])))
  const above = items[0]?.start ?? 0
  const below = items.length > 0 ? virtual.getTotalSize() - (items.at(-1)?.end ?? 0) : 0
  const width = columns.length + (actions ? 1 : 0)
  const bare = rows.length === 0 && !active && !list.isPending && !list.error
  if (bare) return empty

  return (
    <div>
      <Group justify="space-between" mb="xs" mih={30}>
        <Text size="sm" c="dimmed" role="status">
          {list.isPending ? t('shell.loading') : hasNextPage ? t('shell.rows_loaded_more', { count: rows.length }) : t('shell.rows_loaded', { count: rows.length })}
        </Text>
        <Group gap="xs">
          {active && (
            <Button size="compact-sm" variant="default" onClick={clear}>
              {t('shell.clear_filters')}
            </Button>
          )}
          {tools}
        </Group>
      </Group>
      <ProblemAlert problem={list.error && problemOf(list.error)} />
      <div className="rows" ref={frame} tabIndex={0} role="group">
        <Table aria-label={label} aria-rowcount={hasNextPage ? -1 : rows.length + 1} verticalSpacing="xs" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              {columns.map((c) => (
                <Table.Th key={c.key} w={c.width} visibleFrom={c.from} scope="col">
                  {c.header}
                </Table.Th>
              ))}
              {actions && (
                <Table.Th w={1}>
                  <VisuallyHidden>{t('shell.more')}</VisuallyHidden>
                </Table.Th>
              )}
            </Table.Tr>
            {filters.length > 0 && (
              <Table.Tr>
                {columns.map((c) => (
                  <Table.Td key={c.key} visibleFrom={c.from} style={{ verticalAlign: 'top' }}>
                    {c.filter && <FilterInput filter={c.filter} label={t('shell.filter_by', { label: c.header })} />}
                  </Table.Td>
                ))}
                {actions && <Table.Td />}
              </Table.Tr>
            )}
          </Table.Thead>
          <Table.Tbody>
            {above > 0 && <Spacer height={above} span={width} />}
            {items.map((item) => {
              const row = rows[item.index]!
              return (
                <Row key={item.key} to={rowLink?.(row)} onRow={onRow && (() => onRow(row))} index={item.index} measure={virtual.measureElement}>
                  {columns.map((c, i) => (
                    <Table.Td key={c.key} visibleFrom={c.from}>
                      <Cell first={i === 0} to={rowLink?.(row)}>
                        {c.cell(row)}
                      </Cell>
                    </Table.Td>
                  ))}
                  {actions && (
                    <Table.Td onClick={stop}>
                      <Group gap={4} wrap="nowrap" justify="flex-end">
                        {actions(row)}
                      </Group>
                    </Table.Td>
                  )}
                </Row>
              )
            })}
            {below > 0 && <Spacer height={below} span={width} />}
          </Table.Tbody>
        </Table>
        {(list.isPending || isFetchingNextPage) && (
          <Center p="md">
            <Loader size="sm" />
          </Center>
        )}
        {isFetchNextPageError && (
          <Center p="md">
            <Button variant="default" onClick={() => void fetchNextPage()}>
              {t('shell.retry')}
            </Button>
          </Center>
        )}
        {rows.length === 0 && active && !list.isPending && <EmptyState title={t('shell.nothing_found')} text={t('shell.nothing_found_text')} />}
      </div>
    </div>
  )
}

const idOf = (row: object) => String((row as { id?: unknown }).id)

const stop = (e: MouseEvent) => e.stopPropagation()

// The first cell carries the link, for keyboards and screen readers.
function Cell({ first, to, children }: { first: boolean; to?: string; children: ReactNode }) {
  if (!first || !to) return children
  return (
    <PageLink to={to} className="row-link" onClick={stop}>
      {children}
    </PageLink>
  )
}

interface RowProps {
  to?: string
  onRow?: () => void
  index: number
  measure: (el: HTMLElement | null) => void
  children: ReactNode
}

function Row({ to, onRow, index, measure, children }: RowProps) {
  const navigate = useNavigate()
  const page = usePagePath()
  const open = onRow ?? (to ? () => void navigate({ to: page(to) } as Parameters<typeof navigate>[0]) : undefined)
  const click = (e: MouseEvent) => {
    const inside = (e.target as HTMLElement).closest('a, button, input, label')
    const selecting = window.getSelection()?.toString()
    if (!inside && !selecting) open?.()
  }
  const key = (e: KeyboardEvent) => {
    if (onRow && e.key === 'Enter' && e.target === e.currentTarget) onRow()
  }
  return (
    <Table.Tr ref={measure} data-index={index} data-link={open ? true : undefined} aria-rowindex={index + 2} onClick={open && click} tabIndex={onRow ? 0 : undefined} onKeyDown={onRow && key}>
      {children}
    </Table.Tr>
  )
}

function Spacer({ height, span }: { height: number; span: number }) {
  return (
    <tr aria-hidden style={{ height }}>
      <td colSpan={span} style={{ padding: 0, border: 0 }} />
    </tr>
  )
}
