/** tidyList drops blanks and repetitions from a list of texts. */
export const tidyList = (list: string[]): string[] => [...new Set(list.map((s) => s.trim()).filter(Boolean))]

/** errorIn gives what a form keeps of one field, as text. */
export const errorIn = (errors: Record<string, unknown>) => (field: string) => {
  const error = errors[field]
  return typeof error === 'string' ? error : ''
}
