import { useCallback, useEffect, useMemo, useState } from 'react'
import type { Shown } from '~/api/types'
import type { Button } from '../buttons/button'
import { same, saved, sorted, type Draft } from '../buttons/draft'

export type Template = Shown<'ButtonTemplate'>

/** As the API shows them, as the editor has them. */
export const buttonsOf = (template: Template): Button[] => sorted((template.buttons ?? []) as Button[])

const MAX_UNDO = 100

/**
 * useDraft is a template's layout while it is edited. What others save is taken over as long as nothing is changed
 * here; after that it is a matter for the dialog that shows both sides when this is saved.
 */
export function useDraft(template: Template) {
  const [base, setBase] = useState(template)
  const [draft, setDraft] = useState<Draft>(() => buttonsOf(template))
  const [past, setPast] = useState<Draft[]>([])
  const dirty = useMemo(() => !same(draft, buttonsOf(base)), [draft, base])

  useEffect(() => {
    if (template.revision === base.revision) return
    const untouched = same(buttonsOf(template), buttonsOf(base))
    if (dirty && !untouched) return
    setBase(template)
    if (!dirty) setDraft(buttonsOf(template))
  }, [template, base, dirty])

  const change = useCallback((next: Draft) => {
    setDraft((now) => {
      if (same(now, next)) return now
      setPast((p) => [...p.slice(-MAX_UNDO + 1), now])
      return sorted(next)
    })
  }, [])
  const undo = useCallback(() => {
    setPast((p) => {
      const last = p.at(-1)
      if (last) setDraft(last)
      return p.slice(0, -1)
    })
  }, [])
  const reset = useCallback((to: Template) => {
    setBase(to)
    setDraft(buttonsOf(to))
    setPast([])
  }, [])
  return { base, draft, dirty, change, undo, canUndo: past.length > 0, reset, toSave: () => saved(draft) }
}
