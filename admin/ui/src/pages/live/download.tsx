import { Button, Stack } from '@mantine/core'
import { Download } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { request } from '~/api/client'
import { problemOf, readProblem, type Problem } from '~/api/problem'
import { usePath } from '~/api/records'
import { useT } from '~/i18n'
import { ProblemAlert } from '~/parts/ProblemAlert'

interface Props {
  /** Below the account: 'faxes/fax_1/document'. */
  path: string
  name: string
  children?: ReactNode
}

/** DownloadButton saves a file of the API, and says why when there is none. */
export function DownloadButton({ path, name, children }: Props) {
  const t = useT()
  const whole = usePath(path)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  async function run() {
    setBusy(true)
    setProblem(null)
    try {
      await saveFile(whole, name)
    } catch (err) {
      setProblem(problemOf(err))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Stack gap="xs">
      <Button variant="default" size="compact-md" loading={busy} leftSection={<Download size={16} aria-hidden />} onClick={run}>
        {children ?? t('live.download')}
      </Button>
      <ProblemAlert problem={problem} />
    </Stack>
  )
}

async function saveFile(path: string, name: string) {
  const response = await request(path, { headers: { Accept: '*/*' } })
  if (!response.ok) throw await readProblem(response)
  const url = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
