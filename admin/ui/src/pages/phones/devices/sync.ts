import { send } from '~/api/client'
import { problemOf } from '~/api/problem'

/** What became of a check-sync to one line, or to the phone as a whole. */
export interface SyncLine {
  line: number
  result: string
}

export interface SyncResult {
  lines: SyncLine[]
  /** Why the phone was not told at all. */
  refused?: string
}

/** How many phones are told at once; the daemon itself spares its phones. */
const AT_ONCE = 4

/** checkSync tells one phone; a refusal is a result too. */
export async function checkSync(path: string, reboot: boolean): Promise<SyncResult> {
  try {
    const { lines } = await send<{ lines: SyncLine[] | null }>('POST', `${path}/check_sync`, { body: { reboot } })
    return { lines: lines ?? [] }
  } catch (err) {
    return { lines: [], refused: problemOf(err).message }
  }
}

/** inTurns does something with every item, few at once, until told to stop. */
export async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>, stopped: () => boolean, atOnce = AT_ONCE): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < items.length && !stopped()) await work(items[next++]!)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
}

/** countResults counts lines by result; phones that were refused or have no line count as such. */
export function countResults(results: Iterable<SyncResult>): Record<string, number> {
  const counts: Record<string, number> = {}
  const add = (what: string) => (counts[what] = (counts[what] ?? 0) + 1)
  for (const r of results) {
    if (r.refused !== undefined) add('refused')
    else if (r.lines.length === 0) add('no_line')
    else r.lines.forEach((l) => add(l.result))
  }
  return counts
}
