import { createContext, useCallback, useContext, useRef, useState, type ReactNode } from 'react'
import { cancelled } from '~/api/problem'
import { StaleDialog } from '~/parts/StaleDialog'

type Fields = Record<string, unknown>

/** Ask shows both sides and gives the changes to save; it rejects when the person gives up. */
type Ask = (theirs: Fields, mine: Fields) => Promise<Fields>

const Context = createContext<Ask>(() => Promise.reject(cancelled()))

/** useStale asks what to keep when somebody else was faster. */
export const useStale = () => useContext(Context)

interface Question {
  theirs: Fields
  mine: Fields
  answer: (changes: Fields | null) => void
}

export function StaleProvider({ children }: { children: ReactNode }) {
  const [question, setQuestion] = useState<Question | null>(null)
  const waiting = useRef<Promise<unknown>>(Promise.resolve())

  const ask = useCallback<Ask>((theirs, mine) => {
    const next = waiting.current.then(
      () =>
        new Promise<Fields>((resolve, reject) =>
          setQuestion({
            theirs,
            mine,
            answer: (changes) => {
              setQuestion(null)
              if (changes) resolve(changes)
              else reject(cancelled())
            },
          }),
        ),
    )
    waiting.current = next.catch(() => undefined)
    return next
  }, [])

  return (
    <Context value={ask}>
      {children}
      {question && <StaleDialog theirs={question.theirs} mine={question.mine} onAnswer={question.answer} />}
    </Context>
  )
}
