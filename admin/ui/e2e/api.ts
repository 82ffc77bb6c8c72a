import { expect } from '@playwright/test'

/** api asks the daemon with the platform's key: what a story needs but does not tell. */
export async function api<T = Record<string, unknown>>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${process.env.PAGE}/v1/${path}`, {
    method,
    headers: { Authorization: `Bearer ${process.env.PLATFORM_KEY}`, 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
  })
  const text = await response.text()
  expect(response.ok, `${method} ${path}: ${response.status} ${text}`).toBe(true)
  return (text ? JSON.parse(text) : {}) as T
}

/** all are the rows of a short list. */
export async function all<T = { id: string; [field: string]: unknown }>(path: string): Promise<T[]> {
  return (await api<{ data: T[] }>('GET', `${path}?limit=100`)).data
}
