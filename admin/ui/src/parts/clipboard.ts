/**
 * copyText puts text on the clipboard and says whether it did. The clipboard of browsers is
 * for pages that came over HTTPS; on a plain address of the local network the old way is left.
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copySelected(text)
  }
}

function copySelected(text: string): boolean {
  const area = document.createElement('textarea')
  area.value = text
  area.readOnly = true
  area.style.position = 'fixed'
  area.style.opacity = '0'
  const dialog = document.activeElement?.closest('[role="dialog"]') // which holds the focus
  const back = document.activeElement
  ;(dialog ?? document.body).append(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  if (back instanceof HTMLElement) back.focus()
  return done
}
