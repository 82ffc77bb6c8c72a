import { Button, FileInput, Group, Modal, PasswordInput, Radio, Stack, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { FileUp } from 'lucide-react'
import { useState } from 'react'
import { refresh } from '~/api/records'
import { useT } from '~/i18n'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { useSave } from '~/parts/useSave'
import { importAccount, type Imported, type ImportWish } from './account-file'
import { ImportOutcome } from './import-outcome'

/** ImportAccount shows what an exported account would become here, and makes it. */
export function ImportAccount({ onClose }: { onClose: () => void }) {
  const t = useT()
  const client = useQueryClient()
  const [file, setFile] = useState<File | null>(null)
  const [passphrase, setPassphrase] = useState('')
  const [ids, setIDs] = useState('keep')
  const [checked, setChecked] = useState<{ wish: ImportWish; outcome: Imported } | null>(null)
  const [made, setMade] = useState<Imported | null>(null)
  const { busy, problem, run, clear } = useSave()
  const applying = busy && checked !== null

  // What was checked counts no more once something else is asked for.
  const changing = <V,>(set: (value: V) => void) => (value: V) => {
    set(value)
    setChecked(null)
    clear()
  }

  function check(wish: ImportWish) {
    setChecked(null)
    void run(async () => setChecked({ wish, outcome: await importAccount(wish, true) }))
  }

  function apply(wish: ImportWish) {
    void run(async () => {
      try {
        setMade(await importAccount(wish, false))
      } finally {
        void refresh(client, '/v1/accounts')
      }
    })
  }

  const close = () => (applying ? undefined : onClose())
  const outcome = made ?? checked?.outcome
  return (
    <Modal opened onClose={close} title={t('people.import_title')} size="lg" closeButtonProps={{ 'aria-label': t('shell.close') }}>
      <Stack>
        {!made && (
          <>
            <Text size="sm">{t('people.import_text')}</Text>
            <FileInput
              label={t('people.import_file')}
              placeholder={t('people.import_choose')}
              accept=".ndjson,application/x-ndjson"
              leftSection={<FileUp size={16} aria-hidden />}
              clearable
              disabled={busy}
              value={file}
              onChange={changing(setFile)}
            />
            <PasswordInput
              label={t('people.export_passphrase')}
              description={t('people.import_passphrase_text')}
              autoComplete="off"
              disabled={busy}
              value={passphrase}
              onChange={(e) => changing(setPassphrase)(e.currentTarget.value)}
            />
            <Radio.Group label={t('people.import_ids')} value={ids} onChange={changing(setIDs)}>
              <Stack gap="xs" mt="xs">
                <Radio value="keep" disabled={busy} label={t('people.import_keep')} description={t('people.import_keep_text')} />
                <Radio value="new" disabled={busy} label={t('people.import_new')} description={t('people.import_new_text')} />
              </Stack>
            </Radio.Group>
          </>
        )}
        <ProblemAlert problem={problem} />
        {outcome && <ImportOutcome outcome={outcome} made={made !== null} />}
        <Group justify="flex-end">
          <Button variant="default" disabled={applying} onClick={close}>
            {t(made ? 'shell.close' : 'shell.cancel')}
          </Button>
          {!made && !checked && (
            <Button loading={busy} disabled={!file} onClick={() => file && check({ file, passphrase, ids })}>
              {t('people.import_check')}
            </Button>
          )}
          {!made && checked && (
            <Button loading={applying} disabled={checked.outcome.clashes.length > 0} onClick={() => apply(checked.wish)}>
              {t('people.import')}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  )
}
