import { ActionIcon, Menu } from '@mantine/core'
import { EllipsisVertical, type LucideIcon } from 'lucide-react'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'

/** RowAction is one line of a row's menu. */
export interface RowAction {
  label: string
  icon?: LucideIcon
  danger?: boolean
  /** Operation the role must be allowed. */
  may?: string
  /** Left out when false. */
  shown?: boolean
  run: () => void
}

/** RowMenu holds what can be done with a row; without anything there is no menu. */
export function RowMenu({ name, actions }: { name: string; actions: RowAction[] }) {
  const t = useT()
  const may = useMay()
  const shown = actions.filter((a) => a.shown !== false && (!a.may || may(a.may)))
  if (shown.length === 0) return null
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`${t('shell.more')}: ${name}`}>
          <EllipsisVertical size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {shown.map(({ label, icon: Icon, danger, run }) => (
          <Menu.Item key={label} color={danger ? 'red' : undefined} leftSection={Icon && <Icon size={16} aria-hidden />} onClick={run}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
