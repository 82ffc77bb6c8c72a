import { Button, Group, Modal, Stack, type ModalProps } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { useRef, useState, type FormEvent, type ReactNode } from 'react'
import { newKey } from '~/api/key'
import { problemOf, type FieldProblem, type Problem } from '~/api/problem'
import { useUnsaved } from '~/app/unsaved'
import { useT } from '~/i18n'
import { ConfirmDialog } from './ConfirmDialog'
import { ProblemAlert } from './ProblemAlert'

interface Props<V> {
  opened: boolean
  title: string
  /** Of useForm; its fields are named as the API names them ('address.city'). */
  form: UseFormReturnType<V>
  /** Saves; what it throws stands at its field. `key` makes a repeated POST one. */
  submit: (values: V, key: string) => Promise<unknown>
  onClose: () => void
  children: ReactNode
  confirm?: string
  size?: ModalProps['size']
  /** The role may only look. */
  readOnly?: boolean
}

/**
 * RecordDialog is a form in a dialog: problems stand at their field, the rest above;
 * closing with unsaved text asks; it closes once it is saved. Mount it anew for each
 * record (key), so that it starts from that record's values.
 */
export function RecordDialog<V extends Record<string, unknown>>({ opened, title, form, submit, onClose, children, confirm, size, readOnly }: Props<V>) {
  const t = useT()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [elsewhere, setElsewhere] = useState<FieldProblem[]>([])
  const [asking, setAsking] = useState(false)
  const body = useRef<HTMLFormElement>(null)
  const [key, setKey] = useState(() => newKey())
  const dirty = opened && form.isDirty() && !readOnly
  useUnsaved(dirty)

  function leave() {
    setAsking(false)
    setProblem(null)
    form.reset()
    onClose()
  }

  const close = () => (busy ? undefined : dirty ? setAsking(true) : leave())

  async function save(e: FormEvent) {
    e.preventDefault()
    e.stopPropagation() // a dialog may be opened from within another one's form
    if (busy || readOnly || form.validate().hasErrors) return
    setBusy(true)
    setProblem(null)
    try {
      await submit(form.getValues(), key)
      form.resetDirty()
      setKey(newKey())
      leave()
    } catch (err) {
      refused(problemOf(err))
    } finally {
      setBusy(false)
    }
  }

  // What the API said goes to the inputs that have a place for it; the rest is listed.
  function refused(p: Problem) {
    if (p.status > 0) setKey(newKey()) // answered: what is sent next is another request
    const here = (f: FieldProblem) => body.current?.querySelector(`[data-path="${CSS.escape(f.field)}"], [name="${CSS.escape(f.field)}"]`)
    const placed = p.errors.filter(here)
    form.setErrors(Object.fromEntries(placed.map((f) => [f.field, f.detail])))
    setElsewhere(p.errors.filter((f) => !here(f)))
    setProblem(p.errors.length > 0 && placed.length === p.errors.length ? null : p)
    const inputs = placed.map(here).filter((e) => e instanceof HTMLElement)
    inputs.sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1))[0]?.focus()
  }

  return (
    <>
      <Modal opened={opened} onClose={close} title={title} size={size} closeOnClickOutside={!dirty} closeOnEscape={!asking}>
        <form ref={body} onSubmit={save} noValidate>
          <Stack>
            <ProblemAlert problem={problem} fields={elsewhere} />
            {children}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {t(readOnly ? 'shell.close' : 'shell.cancel')}
              </Button>
              {!readOnly && (
                <Button type="submit" loading={busy}>
                  {confirm ?? t('shell.save')}
                </Button>
              )}
            </Group>
          </Stack>
        </form>
      </Modal>
      {/* Mounted only now: the Escape that opens it is not to close it. */}
      {asking && (
        <ConfirmDialog opened title={t('shell.unsaved')} confirm={t('shell.leave')} cancel={t('shell.stay')} danger onConfirm={leave} onClose={() => setAsking(false)}>
          {t('shell.unsaved_text')}
        </ConfirmDialog>
      )}
    </>
  )
}
