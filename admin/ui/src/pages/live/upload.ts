import { request } from '~/api/client'
import { cancelled, codeOffline, Problem } from '~/api/problem'
import type { Session } from '~/app/session'

interface Options {
  method?: 'POST' | 'PATCH'
  /** How much has been sent, 0 to 1; 1 means that the API is at work with it. */
  onProgress: (share: number) => void
  signal: AbortSignal
  /** A repeated POST with the same key is answered the same. */
  idempotencyKey?: string
  revision?: number
}

/**
 * upload sends a form and tells how far it is, which fetch cannot. It asks for the session
 * first: who has to log in again does so before a large file goes, not behind it.
 */
export async function upload<T>(path: string, form: FormData, options: Options): Promise<T> {
  const session = await request('/v1/session', { signal: options.signal })
  const token = session.ok ? ((await session.json()) as Session).csrf_token : ''
  return new Promise<T>((resolve, reject) => {
    const sent = new XMLHttpRequest()
    const abort = () => sent.abort()
    sent.open(options.method ?? 'POST', path)
    sent.setRequestHeader('Accept', 'application/json')
    sent.setRequestHeader('X-CSRF-Token', token)
    if (options.idempotencyKey) sent.setRequestHeader('Idempotency-Key', options.idempotencyKey)
    if (options.revision !== undefined) sent.setRequestHeader('If-Match', `"${options.revision}"`)
    sent.upload.onprogress = (e) => e.lengthComputable && options.onProgress(e.loaded / e.total)
    sent.upload.onload = () => options.onProgress(1)
    sent.onload = () => {
      const answer = parsed(sent.responseText)
      if (sent.status >= 200 && sent.status < 300) resolve(answer as T)
      else reject(new Problem(sent.status, answer ?? {}, Number(sent.getResponseHeader('Retry-After')) || 0))
    }
    sent.onerror = () => reject(new Problem(0, { code: codeOffline, title: 'offline' }))
    sent.onabort = () => reject(cancelled())
    sent.onloadend = () => options.signal.removeEventListener('abort', abort)
    options.signal.addEventListener('abort', abort)
    if (options.signal.aborted) return reject(cancelled())
    sent.send(form)
  })
}

function parsed(text: string): object | null {
  try {
    return JSON.parse(text) as object
  } catch {
    return null
  }
}
