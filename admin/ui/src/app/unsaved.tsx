import { useBlocker } from '@tanstack/react-router'
import { createContext, useContext, useEffect, useId, useMemo, useState, type ReactNode } from 'react'
import { useT } from '~/i18n'
import { ConfirmDialog } from '~/parts/ConfirmDialog'

interface Unsaved {
  mark: (id: string, dirty: boolean) => void
}

const Context = createContext<Unsaved>({ mark: () => undefined })

/** useUnsaved says that this part of the page has text that is not saved. */
export function useUnsaved(dirty: boolean) {
  const { mark } = useContext(Context)
  const id = useId()
  useEffect(() => {
    mark(id, dirty)
    return () => mark(id, false)
  }, [mark, id, dirty])
}

/** UnsavedProvider warns before a page with unsaved text is left. */
export function UnsavedProvider({ children }: { children: ReactNode }) {
  const t = useT()
  const [marked] = useState(() => new Set<string>())
  const value = useMemo(
    () => ({ mark: (id: string, dirty: boolean) => void (dirty ? marked.add(id) : marked.delete(id)) }),
    [marked],
  )
  const blocker = useBlocker({
    // Only the address's path: a tab of the same page keeps what was typed.
    shouldBlockFn: ({ current, next }) => marked.size > 0 && current.pathname !== next.pathname,
    enableBeforeUnload: () => marked.size > 0,
    withResolver: true,
  })
  return (
    <Context value={value}>
      {children}
      <ConfirmDialog
        opened={blocker.status === 'blocked'}
        title={t('shell.unsaved')}
        confirm={t('shell.leave')}
        cancel={t('shell.stay')}
        danger
        onConfirm={() => {
          marked.clear()
          blocker.proceed?.()
        }}
        onClose={() => blocker.reset?.()}
      >
        {t('shell.unsaved_text')}
      </ConfirmDialog>
    </Context>
  )
}
