import { Loader, Select, type SelectProps } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useMemo, useState } from 'react'
import { useAll, useRecord } from '~/api/records'
import type { Query } from '~/api/client'
import { useT } from '~/i18n'

type Any = Record<string, unknown> & { id: string }

/** nameOfRecord is what a person calls a record of any kind. */
export function nameOfRecord(r: Record<string, unknown>): string {
  const text = ['name', 'number', 'username', 'domain', 'mac', 'email', 'id'].map((k) => r[k]).find((v) => typeof v === 'string' && v !== '')
  return String(text ?? '')
}

interface Props extends Omit<SelectProps, 'data' | 'value' | 'onChange'> {
  /** 'users', or a whole path. */
  collection: string
  query?: Query
  value: string | null | undefined
  onChange: (id: string | null, record: Any | null) => void
  /** What stands in the list for a record; its name by default. */
  show?: (r: Any) => string
  /** Records that can be chosen; all by default. */
  allow?: (r: Any) => boolean
}

/** ReferencePicker chooses a record of any collection by typing a part of its name. */
export function ReferencePicker({ collection, query, value, onChange, show = nameOfRecord, allow, ...select }: Props) {
  const t = useT()
  const [search, setSearch] = useState('')
  const [typed] = useDebouncedValue(search, 200)
  const all = useAll<string, Any>(collection, query)
  const list = all.data
  const listed = list?.some((r) => r.id === value)
  const chosen = useRecord<string, Any>(collection, list && value && !listed ? value : null)
  const data = useMemo(() => {
    const rows = [...(list ?? []), ...(chosen.data ? [chosen.data] : [])].filter((r) => r.id === value || !allow || allow(r))
    return rows.map((r) => ({ value: r.id, label: show(r) }))
  }, [list, chosen.data, allow, show, value])
  return (
    <Select
      searchable
      limit={100}
      data={data}
      value={value ?? null}
      onChange={(id) => onChange(id, list?.find((r) => r.id === id) ?? null)}
      searchValue={search}
      onSearchChange={setSearch}
      nothingFoundMessage={all.isPending ? t('shell.loading') : typed ? t('shell.nothing_found') : t('shell.none')}
      rightSection={all.isFetching && all.isPending ? <Loader size={16} /> : undefined}
      {...select}
    />
  )
}
