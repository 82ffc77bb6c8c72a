import { Button } from '@mantine/core'
import { Download, Upload } from 'lucide-react'
import { useState } from 'react'
import { usePath } from '~/api/records'
import { useT } from '~/i18n'
import { May } from '~/parts/May'
import { ImportDialog } from './ImportDialog'

/** TableButtons move the account's phones as a table, out and in. */
export function TableButtons() {
  const t = useT()
  const path = usePath('devices')
  const [importing, setImporting] = useState(false)
  return (
    <>
      <May do="device.export">
        <Button component="a" href={`${path}/export`} download variant="default" leftSection={<Download size={16} aria-hidden />}>
          {t('phones.export')}
        </Button>
      </May>
      <May do="device.import">
        <Button variant="default" leftSection={<Upload size={16} aria-hidden />} onClick={() => setImporting(true)}>
          {t('phones.import')}
        </Button>
      </May>
      {importing && <ImportDialog onClose={() => setImporting(false)} />}
    </>
  )
}
