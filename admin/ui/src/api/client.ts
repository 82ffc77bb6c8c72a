import createClient from 'openapi-fetch'
import { codeOffline, Problem, readProblem } from './problem'
import type { paths } from './schema'

/** gate is what the session lends the client: its token, and a way to log in again. */
interface Gate {
  csrf: string
  /** relogin resolves once the person has logged in again over the page. */
  relogin: (() => Promise<void>) | null
}

const gate: Gate = { csrf: '', relogin: null }

/** setGate is called by the session whenever it changes. */
export function setGate(next: Gate) {
  Object.assign(gate, next)
}

const safe = (method: string) => method === 'GET' || method === 'HEAD'

/**
 * request sends with the session's cookie and its CSRF token. When the session has
 * ended meanwhile it waits until the person has logged in again, and sends the same
 * once more: nothing typed is lost.
 */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await once(path, init)
  if (response.status !== 401 || !gate.relogin) return response
  await gate.relogin()
  return once(path, init)
}

async function once(path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers)
  if (!safe(init.method ?? 'GET')) headers.set('X-CSRF-Token', gate.csrf)
  if (!headers.has('Accept')) headers.set('Accept', 'application/json')
  try {
    return await fetch(path, { ...init, headers, credentials: 'same-origin' })
  } catch (err) {
    if (init.signal?.aborted) throw err
    throw new Problem(0, { code: codeOffline, title: 'offline' })
  }
}

/** Query is what follows the question mark; empty values are left out. */
export type Query = Record<string, string | number | boolean | string[] | null | undefined>

/** withQuery appends a query to a path. */
export function withQuery(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (Array.isArray(value)) value.forEach((v) => search.append(name, v))
    else if (value !== undefined && value !== null && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return text ? `${path}?${text}` : path
}

interface Options {
  query?: Query
  /** An object is sent as JSON, a FormData as it is. */
  body?: unknown
  /** Revision the record must still have. */
  revision?: number
  /** Makes a repeated POST one: the same key, the same answer. */
  idempotencyKey?: string
  signal?: AbortSignal
}

/** send asks the API and gives the answer's JSON; it throws a Problem for a refusal. */
export async function send<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const headers: Record<string, string> = {}
  let body: BodyInit | undefined
  if (options.body instanceof FormData) {
    body = options.body
  } else if (options.body !== undefined) {
    headers['Content-Type'] = 'application/json'
    body = JSON.stringify(options.body)
  }
  if (options.revision !== undefined) headers['If-Match'] = `"${options.revision}"`
  if (options.idempotencyKey) headers['Idempotency-Key'] = options.idempotencyKey
  const response = await request(withQuery(path, options.query), { method, headers, body, signal: options.signal })
  if (!response.ok) throw await readProblem(response)
  const text = await response.text()
  return (text ? JSON.parse(text) : undefined) as T
}

/**
 * api is the client with every path, query and body of the description typed, for what
 * the hooks of records.ts do not cover. `take` unwraps its answers.
 */
export const api = createClient<paths>({
  baseUrl: typeof window === 'undefined' ? '' : window.location.origin,
  fetch: async (r) => {
    const body = safe(r.method) ? undefined : await r.arrayBuffer()
    return request(r.url, { method: r.method, headers: r.headers, body: body?.byteLength ? body : undefined, signal: r.signal })
  },
})

interface Answered<T> {
  data?: T
  error?: unknown
  response: Response
}

/** take gives the data of an answer of `api`, or throws its Problem. */
export async function take<T>(answer: Promise<Answered<T>>): Promise<T> {
  const { data, error, response } = await answer
  if (!response.ok) throw new Problem(response.status, (error ?? {}) as object, Number(response.headers.get('Retry-After')) || 0)
  return data as T
}
