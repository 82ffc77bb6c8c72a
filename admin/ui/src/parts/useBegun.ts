import { useRef } from 'react'

/**
 * useBegun keeps the value a draft was begun from and how it would have been saved then.
 * `begin` when a draft is begun; `ours` is what it is to be saved with: the save of now, or
 * that of then once somebody else changed the value meanwhile. With that one's revision the
 * person is asked instead of overwriting what was never on screen.
 */
export function useBegun<S>(stored: unknown, save: S) {
  const value = JSON.stringify(stored ?? null)
  const begun = useRef({ value, save })
  return {
    begin: () => {
      begun.current = { value, save }
    },
    ours: () => (begun.current.value === value ? save : begun.current.save),
  }
}
