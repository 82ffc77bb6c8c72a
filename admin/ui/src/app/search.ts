import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'

type Search = Record<string, string | undefined>

/** useSearchText is one value of the address's query, and how to set it. */
export function useSearchText(name: string): [string, (value: string) => void] {
  const value = (useSearch({ strict: false }) as Search)[name] ?? ''
  const set = useSetSearch()
  return [value, useCallback((next: string) => set({ [name]: next }), [set, name])]
}

/** useSearchValues are all values of the address's query. */
export const useSearchValues = () => useSearch({ strict: false }) as Search

/** useSetSearch changes values of the address's query; '' removes one. */
export function useSetSearch() {
  const navigate = useNavigate()
  return useCallback(
    (changes: Search, replace = true) =>
      void navigate({
        to: '.',
        search: (before: Search) => {
          const next = { ...before, ...changes }
          return Object.fromEntries(Object.entries(next).filter(([, v]) => v))
        },
        replace,
        resetScroll: false,
      } as unknown as Parameters<typeof navigate>[0]),
    [navigate],
  )
}
