import { Button } from '@mantine/core'
import { Plus } from 'lucide-react'
import { May } from '~/parts/May'

interface Props {
  /** Operation the role must be allowed. */
  may: string
  label: string
  onClick: () => void
}

/** AddButton begins a new record, for roles that may make one. */
export function AddButton({ may, label, onClick }: Props) {
  return (
    <May do={may}>
      <Button leftSection={<Plus size={16} aria-hidden />} onClick={onClick}>
        {label}
      </Button>
    </May>
  )
}
