import { useDraggable, useDroppable } from '@dnd-kit/core'
import { useCallback } from 'react'
import { useT } from '~/i18n'
import type { Button } from '../buttons/button'
import { dragOfKey, dropOfSlot } from '../buttons/drag'
import { iconOf, typeName } from '../buttons/icons'
import { stateOf, type EffectiveKey } from '../buttons/Verdict'
import { keyText, placeName } from '../buttons/words'
import type { Slot } from '../drawing/geometry'
import { KeySlot } from '../drawing/KeySlot'

interface Props {
  slot: Slot
  button: Button | undefined
  judged: EffectiveKey | undefined
  readOnly: boolean
  onOpen: () => void
}

/** EditorKey is one place of the drawn phone: keys can be dragged from it and to it, a press opens it. */
export function EditorKey({ slot, button, judged, readOnly, onOpen }: Props) {
  const t = useT()
  const drop = useDroppable({ id: dropOfSlot(slot.place), disabled: readOnly })
  const drag = useDraggable({ id: dragOfKey(slot.place), disabled: readOnly || !button })
  const { setNodeRef: setDrop } = drop
  const { setNodeRef: setDrag } = drag
  const ref = useCallback(
    (el: HTMLElement | null) => {
      setDrop(el)
      setDrag(el)
    },
    [setDrop, setDrag],
  )
  const place = placeName(t, slot.place)
  const text = button ? button.label || judged?.label || keyText(button) : ''
  const state = button ? stateOf(judged ?? { verdict: 'ok', source: 'template', type: button.type ?? '' }) : 'empty'
  const spoken = button
    ? t(state === 'problem' ? 'phones.key_spoken_problem' : 'phones.key_spoken', { place, text, type: typeName(button.type) })
    : t(readOnly ? 'phones.key_spoken_empty' : 'phones.key_spoken_add', { place })
  return (
    <KeySlot
      ref={ref}
      side={slot.side}
      state={state}
      text={button ? text : String(slot.place.position)}
      icon={button && iconOf(button.type)}
      over={drop.isOver}
      dragging={drag.isDragging}
      disabled={readOnly && !button}
      {...(button && !readOnly ? { ...drag.listeners, 'aria-describedby': drag.attributes['aria-describedby'] } : {})}
      aria-label={spoken}
      title={judged?.reason || text || undefined}
      onClick={onOpen}
    />
  )
}
