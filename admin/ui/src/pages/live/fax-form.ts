/** The most files of a fax, and the most bytes of all of them. */
export const maxFaxFiles = 20
export const maxFaxSize = 50 << 20

/** A fax as it is being written. */
export interface FaxDraft extends Record<string, unknown> {
  to: string
  number: string | null
  quality: string
  header: string
  on_limit: string
  max_attempts: number | string
  /** As <input type="datetime-local"> has it: the person's own time. */
  scheduled_at: string
  cover: boolean
  cover_title: string
  cover_to: string
  cover_from: string
  cover_company: string
  cover_subject: string
  cover_text: string
  /** How many files were chosen. */
  files: number
}

/** The fields of the form that the API takes; what was left empty is left out. */
export function faxFields(draft: FaxDraft, document?: string): [string, string][] {
  const scheduled = draft.scheduled_at ? new Date(draft.scheduled_at) : null
  const cover = draft.cover ? coverOf(draft) : null
  const fields: [string, string][] = [
    ['to', draft.to.trim()],
    ['number', draft.number ?? ''],
    ['quality', draft.quality],
    ['header', draft.header.trim()],
    ['on_limit', draft.on_limit],
    ['max_attempts', String(draft.max_attempts)],
    ['scheduled_at', scheduled && !Number.isNaN(scheduled.getTime()) ? scheduled.toISOString() : ''],
    ['cover', cover ? JSON.stringify(cover) : ''],
    ['file', document ?? ''],
  ]
  return fields.filter(([, value]) => value !== '')
}

function coverOf(draft: FaxDraft): Record<string, string> {
  const parts = {
    title: draft.cover_title, to: draft.cover_to, from: draft.cover_from, company: draft.cover_company,
    subject: draft.cover_subject, text: draft.cover_text,
  }
  return Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, text.trim()]).filter(([, text]) => text))
}
