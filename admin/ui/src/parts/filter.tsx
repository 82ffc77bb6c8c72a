import { Select, TextInput, type ComboboxData } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useEffect, useState, type ReactNode } from 'react'
import type { Query } from '~/api/client'
import { useSearchText, useSearchValues, useSetSearch } from '~/app/search'
import { useT } from '~/i18n'
import { ReferencePicker } from './ReferencePicker'

type Values = Record<string, string | undefined>

/** Filter of a column. Its values live in the address under `names`. */
export interface Filter {
  names: string[]
  /** The input; `label` names it. */
  input: (label: string) => ReactNode
  /** The list's query for the values; the values themselves by default. */
  query?: (values: Values) => Query
}

/** textFilter filters by typed text. */
export const textFilter = (name: string, placeholder?: string): Filter => ({
  names: [name],
  input: (label) => <TextFilter name={name} label={label} placeholder={placeholder} />,
})

/** selectFilter filters by one of a few values. */
export const selectFilter = (name: string, data: ComboboxData): Filter => ({
  names: [name],
  input: (label) => <SelectFilter name={name} label={label} data={data} />,
})

/** referenceFilter filters by a record of a collection. */
export const referenceFilter = (name: string, collection: string): Filter => ({
  names: [name],
  input: (label) => <ReferenceFilter name={name} label={label} collection={collection} />,
})

/** dateFilter filters by a first and a last day, both included, in the reader's time zone. */
export const dateFilter = (from = 'from', to = 'to'): Filter => ({
  names: [from, to],
  input: (label) => <DateFilter from={from} to={to} label={label} />,
  query: (values) => ({ [from]: startOf(values[from], 0), [to]: startOf(values[to], 1) }),
})

/** startOf is the RFC 3339 moment a day of the reader begins, `plus` days later. */
export function startOf(day: string | undefined, plus: number): string | undefined {
  const m = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day ?? '')
  if (!m) return undefined
  return new Date(Number(m[1]), Number(m[2]) - 1, Number(m[3]) + plus).toISOString()
}

export function FilterInput({ filter, label }: { filter: Filter; label: string }) {
  return filter.input(label)
}

interface InputProps {
  name: string
  label: string
}

function TextFilter({ name, label, placeholder }: InputProps & { placeholder?: string }) {
  const [stored, set] = useSearchText(name)
  const [draft, setDraft] = useState(stored)
  const send = useDebouncedCallback((text: string) => set(text.trim()), 300)
  useEffect(() => setDraft(stored), [stored])
  return (
    <TextInput
      size="xs"
      miw={90}
      aria-label={label}
      placeholder={placeholder}
      value={draft}
      maxLength={200}
      onChange={(e) => {
        setDraft(e.currentTarget.value)
        send(e.currentTarget.value)
      }}
    />
  )
}

function SelectFilter({ name, label, data }: InputProps & { data: ComboboxData }) {
  const t = useT()
  const [value, set] = useSearchText(name)
  return <Select size="xs" miw={90} aria-label={label} placeholder={t('shell.any')} data={data} value={value || null} onChange={(v) => set(v ?? '')} clearable />
}

function ReferenceFilter({ name, label, collection }: InputProps & { collection: string }) {
  const t = useT()
  const [value, set] = useSearchText(name)
  return <ReferencePicker size="xs" miw={110} aria-label={label} placeholder={t('shell.any')} collection={collection} value={value || null} onChange={(v) => set(v ?? '')} clearable />
}

function DateFilter({ from, to, label }: { from: string; to: string; label: string }) {
  const t = useT()
  const values = useSearchValues()
  const set = useSetSearch()
  return (
    <>
      <TextInput size="xs" type="date" aria-label={`${label}: ${t('shell.from')}`} value={values[from] ?? ''} max={values[to]} onChange={(e) => set({ [from]: e.currentTarget.value })} />
      <TextInput size="xs" type="date" mt={4} aria-label={`${label}: ${t('shell.to')}`} value={values[to] ?? ''} min={values[from]} onChange={(e) => set({ [to]: e.currentTarget.value })} />
    </>
  )
}
