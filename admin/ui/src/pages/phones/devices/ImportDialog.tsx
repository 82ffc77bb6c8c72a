import { Alert, Button, FileButton, Group, Loader, Modal, Stack, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { CircleCheck, FileUp } from 'lucide-react'
import { useRef, useState } from 'react'
import { refresh, usePath } from '~/api/records'
import { useT } from '~/i18n'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { useSave } from '~/parts/useSave'
import { ImportRows } from './ImportRows'
import { postTable, readTable, type DeviceImport } from './table'

/** ImportDialog shows what a table would do to the account's phones, and does it. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const t = useT()
  const path = usePath('devices')
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [table, setTable] = useState<ArrayBuffer | null>(null)
  const [outcome, setOutcome] = useState<DeviceImport | null>(null)
  const { busy, problem, run } = useSave()
  const reset = useRef<() => void>(null)
  const applying = busy && outcome !== null

  function check(file: File | null) {
    reset.current?.() // the same file, mended, can be chosen again
    if (!file) return
    setName(file.name)
    setTable(null)
    setOutcome(null)
    void run(async () => {
      const read = await readTable(file)
      setOutcome(await postTable(path, read, true))
      setTable(read)
    })
  }

  function apply(checked: ArrayBuffer) {
    void run(async () => {
      try {
        setOutcome(await postTable(path, checked, false))
      } finally {
        void refresh(client, path)
      }
    })
  }

  const close = () => (applying ? undefined : onClose())
  const changes = outcome ? outcome.created + outcome.updated : 0
  return (
    <Modal opened onClose={close} title={t('phones.import_title')} size="lg" closeButtonProps={{ 'aria-label': t('shell.close') }}>
      <Stack>
        <Text size="sm">{t('phones.import_text')}</Text>
        {!outcome?.applied && (
          <Group gap="sm">
            <FileButton accept=".csv,.tsv,.txt,text/csv" resetRef={reset} disabled={busy} inputProps={{ 'aria-label': t('phones.import_choose') }} onChange={check}>
              {(props) => (
                <Button variant={outcome ? 'default' : 'filled'} disabled={busy} leftSection={<FileUp size={16} aria-hidden />} data-autofocus {...props}>
                  {t('phones.import_choose')}
                </Button>
              )}
            </FileButton>
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              {name}
            </Text>
            {busy && !outcome && <Loader size="sm" aria-label={t('shell.loading')} />}
          </Group>
        )}
        <ProblemAlert problem={problem} />
        {outcome?.applied && (
          <Alert color="green" variant="light" icon={<CircleCheck aria-hidden />} role="status">
            {t('phones.import_done')}
          </Alert>
        )}
        {outcome && outcome.failed > 0 && (
          <Alert color="red" variant="light" role="alert">
            {t('phones.import_wrong', { count: outcome.failed })}
          </Alert>
        )}
        {outcome && !outcome.applied && outcome.failed === 0 && changes === 0 && <Text size="sm">{t('phones.import_nothing')}</Text>}
        {outcome && <ImportRows outcome={outcome} />}
        <Group justify="flex-end">
          <Button variant="default" disabled={applying} onClick={close}>
            {t(outcome?.applied ? 'shell.close' : 'shell.cancel')}
          </Button>
          {!outcome?.applied && (
            <Button loading={applying} disabled={!table || !outcome || outcome.failed > 0 || changes === 0} onClick={() => table && apply(table)}>
              {t('phones.import')}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  )
}
