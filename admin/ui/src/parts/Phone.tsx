/** formatPhone writes a North American E.164 number as people read it; others stay as they are. */
export function formatPhone(number: string): string {
  const m = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number)
  return m ? `(${m[1]}) ${m[2]}-${m[3]}` : number
}

/** Phone is a number, not broken over lines; the title has it in full. */
export function Phone({ number }: { number: string | null | undefined }) {
  if (!number) return null
  return (
    <span title={number} style={{ whiteSpace: 'nowrap' }}>
      {formatPhone(number)}
    </span>
  )
}
