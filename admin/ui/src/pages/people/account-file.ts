import { request, withQuery } from '~/api/client'
import { Problem, readProblem } from '~/api/problem'
import type { components } from '~/api/schema'
import { t } from '~/i18n'

/** Imported is what an exported account made, or would make. */
export type Imported = components['schemas']['Imported']

/** minPassphrase is the least length of a passphrase, in characters. */
export const minPassphrase = 12

/** maxFile bounds an exported account on its way in, in GiB, as the API does. */
const maxFile = 1

/** ImportWish says how a file is imported. */
export interface ImportWish {
  file: File
  passphrase: string
  /** keep gives every record the identifier it had, new another one. */
  ids: string
}

/** exportAccount downloads an account as a file; a passphrase seals its secrets into it. */
export async function exportAccount(account: string, passphrase: string): Promise<void> {
  const path = `/v1/accounts/${account}/export`
  const sealed = { method: 'POST', headers: { Accept: '*/*', 'Content-Type': 'application/json' }, body: JSON.stringify({ passphrase }) }
  const response = await request(path, passphrase ? sealed : { headers: { Accept: '*/*' } })
  if (!response.ok) throw await readProblem(response)
  const name = /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition') ?? '')?.[1]
  save(await response.blob(), name ?? 'account.ndjson')
}

function save(file: Blob, name: string) {
  const url = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** importAccount makes an account of a file: all of it or nothing; `dryRun` only says what would be made. */
export async function importAccount({ file, passphrase, ids }: ImportWish, dryRun: boolean): Promise<Imported> {
  const tooLarge = () => new Problem(413, { code: 'too_large', title: t('people.import_too_large', { size: maxFile }) })
  if (file.size > maxFile * 2 ** 30) throw tooLarge()
  const headers: Record<string, string> = { 'Content-Type': 'application/x-ndjson' }
  if (passphrase) headers['Dialtone-Passphrase'] = headerText(passphrase)
  const response = await request(withQuery('/v1/import', { ids, dry_run: dryRun || undefined }), { method: 'POST', headers, body: file })
  if (response.status === 413) throw tooLarge()
  if (!response.ok) throw await readProblem(response)
  const outcome = (await response.json()) as Imported
  return { ...outcome, clashes: outcome.clashes ?? [] } // null when nothing is in the way
}

/** headerText is a text as the bytes of its UTF-8, one character each: a header takes no others. */
export const headerText = (text: string) => String.fromCharCode(...new TextEncoder().encode(text))
