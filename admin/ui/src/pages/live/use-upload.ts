import { useEffect, useRef, useState } from 'react'
import { upload } from './upload'

interface Request {
  path: string
  form: FormData
  method?: 'POST' | 'PATCH'
  key?: string
  revision?: number
}

/** useUpload sends a form with a file, tells how far it is, and can be called off. */
export function useUpload<T>() {
  // 0 to 1 while it goes, null otherwise.
  const [share, setShare] = useState<number | null>(null)
  const running = useRef<AbortController | null>(null)
  useEffect(() => () => running.current?.abort(), [])

  async function send({ path, form, method, key, revision }: Request): Promise<T> {
    const stop = new AbortController()
    running.current = stop
    setShare(0)
    try {
      return await upload<T>(path, form, { method, revision, idempotencyKey: key, signal: stop.signal, onProgress: setShare })
    } finally {
      running.current = null
      setShare(null)
    }
  }

  return { share, send, cancel: () => running.current?.abort() }
}
