import { useEffect, useState } from 'react'
import { useGo } from '~/app/account'

/**
 * useGoAfter goes to a page once a dialog is closed: only then is nothing left in it that would be lost. The dialog
 * says where, then closes.
 */
export function useGoAfter(opened: boolean): (to: string) => void {
  const go = useGo()
  const [to, setTo] = useState('')
  useEffect(() => {
    if (opened || !to) return
    setTo('')
    void go(to)
  }, [opened, to, go])
  return setTo
}
