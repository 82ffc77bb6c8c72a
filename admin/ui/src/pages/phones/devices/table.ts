import { request, withQuery } from '~/api/client'
import { Problem, readProblem } from '~/api/problem'
import type { components } from '~/api/schema'
import { t } from '~/i18n'

/** DeviceImport is what became of a table's rows, or would. */
export type DeviceImport = components['schemas']['DeviceImport']
export type DeviceRow = components['schemas']['DeviceVerdict']

/** maxTable bounds a table, in MiB, as the API does. */
const maxTable = 1

/** readTable reads a chosen file once: what is imported is what was checked. */
export async function readTable(file: File): Promise<ArrayBuffer> {
  if (file.size > maxTable << 20) throw tooLarge()
  return file.arrayBuffer()
}

/** postTable imports a table of devices: every row or none; `dryRun` only says what would become of them. */
export async function postTable(path: string, table: ArrayBuffer, dryRun: boolean): Promise<DeviceImport> {
  const response = await request(withQuery(`${path}/import`, { dry_run: dryRun || undefined }), {
    method: 'POST',
    headers: { 'Content-Type': 'text/csv' },
    body: table,
  })
  if (response.status === 413) throw tooLarge()
  if (!response.ok) throw await readProblem(response)
  return (await response.json()) as DeviceImport
}

const tooLarge = () => new Problem(413, { code: 'too_large', title: t('phones.import_too_large', { size: maxTable }) })

/** wrongFirst puts the rows that keep all from being imported before the others. */
export const wrongFirst = (rows: DeviceRow[]) => rows.toSorted((a, b) => Number(b.verdict === 'error') - Number(a.verdict === 'error'))
