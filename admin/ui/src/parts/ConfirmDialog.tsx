import { Button, Group, Modal, Text } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { problemOf, type Problem } from '~/api/problem'
import { useT } from '~/i18n'
import { ProblemAlert } from './ProblemAlert'

interface Props {
  opened: boolean
  title: string
  children?: ReactNode
  confirm: string
  cancel?: string
  danger?: boolean
  /** May be asynchronous: the dialog stays, busy, and shows what went wrong. */
  onConfirm: () => unknown
  onClose: () => void
}

/** ConfirmDialog asks before something that cannot be undone. */
export function ConfirmDialog({ opened, title, children, confirm, cancel, danger, onConfirm, onClose }: Props) {
  const t = useT()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)

  function close() {
    setProblem(null)
    onClose()
  }

  async function run() {
    if (busy) return
    setBusy(true)
    setProblem(null)
    try {
      await onConfirm()
    } catch (err) {
      setProblem(problemOf(err))
    } finally {
      setBusy(false)
    }
  }

  return (
    <Modal opened={opened} onClose={close} title={title} centered>
      {typeof children === 'string' ? <Text size="sm">{children}</Text> : children}
      {problem && <ProblemAlert problem={problem} />}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={close} data-autofocus>
          {cancel ?? t('shell.cancel')}
        </Button>
        <Button color={danger ? 'red' : undefined} onClick={run} loading={busy}>
          {confirm}
        </Button>
      </Group>
    </Modal>
  )
}

interface DeleteProps {
  /** Name of what is deleted; null closes the dialog. */
  name: string | null
  onDelete: () => Promise<unknown>
  onClose: () => void
  children?: ReactNode
}

/** DeleteDialog asks before a record is deleted, and closes once it is. */
export function DeleteDialog({ name, onDelete, onClose, children }: DeleteProps) {
  const t = useT()
  return (
    <ConfirmDialog
      opened={name !== null}
      title={t('shell.delete_named', { name: name ?? '' })}
      confirm={t('shell.delete')}
      danger
      onConfirm={async () => {
        await onDelete()
        onClose()
      }}
      onClose={onClose}
    >
      {children ?? t('shell.delete_text')}
    </ConfirmDialog>
  )
}
