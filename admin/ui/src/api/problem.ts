import type { components } from './schema'

export type FieldProblem = components['schemas']['FieldProblem']
type ProblemBody = Partial<components['schemas']['Problem']>

/** Codes the page itself makes, beside those of the API. */
export const codeOffline = 'offline'
export const codeCancelled = 'cancelled'

/** Problem is what the API refused with (application/problem+json), or why it could not be asked. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly errors: FieldProblem[]
  /** Seconds until it is worth trying again, 0 when it says nothing of it. */
  readonly retryAfter: number
  readonly body: ProblemBody

  constructor(status: number, body: ProblemBody, retryAfter = 0) {
    super(body.detail || body.title || `HTTP ${status}`)
    this.name = 'Problem'
    this.status = status
    this.code = body.code ?? ''
    this.title = body.title ?? `HTTP ${status}`
    this.errors = body.errors ?? []
    this.retryAfter = body.retry_after ?? retryAfter
    this.body = body
  }

  /** field is what the API says of one field, '' when nothing. */
  field(name: string): string {
    return this.errors.find((e) => e.field === name)?.detail ?? ''
  }

  get stale() {
    return this.status === 412
  }

  get cancelled() {
    return this.code === codeCancelled
  }
}

/** cancelled is what a change ends with that the person gave up. */
export const cancelled = () => new Problem(0, { code: codeCancelled, title: 'Cancelled' })

/** problemOf makes a Problem of anything thrown. */
export function problemOf(err: unknown): Problem {
  if (err instanceof Problem) return err
  if (err instanceof DOMException && err.name === 'AbortError') return cancelled()
  return new Problem(0, { code: codeOffline, title: 'offline', detail: err instanceof Error ? err.message : String(err) })
}

/** readProblem makes a Problem of an answer that is none of the expected ones. */
export async function readProblem(response: Response): Promise<Problem> {
  const retry = Number(response.headers.get('Retry-After') ?? 0) || 0
  const text = await response.text().catch(() => '')
  try {
    return new Problem(response.status, JSON.parse(text) as ProblemBody, retry)
  } catch {
    return new Problem(response.status, { title: response.statusText || `HTTP ${response.status}` }, retry)
  }
}
