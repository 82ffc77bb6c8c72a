import { useState } from 'react'
import { problemOf, type Problem } from '~/api/problem'
import { explain } from './explain'

/** useSave runs a save and keeps whether it runs and what it was refused with. */
export function useSave() {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)

  async function run(save: () => Promise<unknown>): Promise<boolean> {
    if (busy) return false
    setBusy(true)
    setProblem(null)
    try {
      await save()
      return true
    } catch (err) {
      const p = problemOf(err)
      if (!p.cancelled) setProblem(p)
      return false
    } finally {
      setBusy(false)
    }
  }

  /** error is the text that stands at the field. */
  function error(name: string): string | undefined {
    if (!problem) return undefined
    const inside = problem.errors.filter((e) => e.field === name || e.field.startsWith(`${name}.`) || e.field.startsWith(`${name}[`))
    return inside.map((e) => e.detail).join(' ') || [explain(problem).title, explain(problem).text].filter(Boolean).join('. ')
  }

  return { busy, problem, run, error, clear: () => setProblem(null) }
}
