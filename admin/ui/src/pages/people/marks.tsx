const targetParts = ['', '.type', '.id', '.line', '.number', '.first', '.last']

/** targetFields are the fields the API may complain of in a target. */
export const targetFields = (field: string) => targetParts.map((part) => field + part)

/**
 * Marks tells a RecordDialog that these fields have their place here: what the API says
 * of them is not listed above the form.
 */
export function Marks({ fields }: { fields: string[] }) {
  return fields.map((field) => <span key={field} hidden data-path={field} />)
}
