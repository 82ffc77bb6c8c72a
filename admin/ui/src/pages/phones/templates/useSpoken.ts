import type { Announcements, DndContextProps, UniqueIdentifier } from '@dnd-kit/core'
import { useT } from '~/i18n'
import { buttonAt, type Draft } from '../buttons/draft'
import { dragged, pageOfDrop, slotOf } from '../buttons/drag'
import { typeName } from '../buttons/icons'
import { keyText, placeName } from '../buttons/words'

/** useSpoken says to screen readers what dragging does. */
export function useSpoken(draft: Draft): NonNullable<DndContextProps['accessibility']> {
  const t = useT()
  const what = (id: UniqueIdentifier) => {
    const d = dragged(id)
    if (!d) return ''
    if ('type' in d) return typeName(d.type)
    const b = buttonAt(draft, d.from)
    return b ? keyText(b) : ''
  }
  const where = (id: UniqueIdentifier | undefined) => {
    const page = pageOfDrop(id)
    if (page) return t('phones.page', { page: page.page })
    const at = slotOf(id)
    if (!at) return ''
    const there = buttonAt(draft, at)
    return there ? `${placeName(t, at)}, ${keyText(there)}` : placeName(t, at)
  }
  const announcements: Announcements = {
    onDragStart: ({ active }) => t('phones.drag_start', { what: what(active.id) }),
    onDragOver: ({ over }) => (over ? t('phones.drag_over', { where: where(over.id) }) : t('phones.drag_nowhere')),
    onDragEnd: ({ active, over }) => (over ? t('phones.drag_end', { what: what(active.id), where: where(over.id) }) : t('phones.drag_nowhere')),
    onDragCancel: ({ active }) => t('phones.drag_cancel', { what: what(active.id) }),
  }
  return { announcements, screenReaderInstructions: { draggable: t('phones.drag_how') } }
}
