import type { ReactNode } from 'react'
import { useMay } from '~/app/session'

interface Props {
  /** An operation's event: 'device.update'. */
  do: string
  children: ReactNode
  otherwise?: ReactNode
}

/** May shows its children to roles that may do the operation. */
export function May({ do: event, children, otherwise = null }: Props) {
  const may = useMay()
  return may(event) ? children : otherwise
}
