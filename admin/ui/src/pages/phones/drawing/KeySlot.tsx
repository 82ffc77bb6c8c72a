import type { LucideIcon } from 'lucide-react'
import { forwardRef, type ButtonHTMLAttributes } from 'react'
import type { Side } from './geometry'
import css from './picture.module.css'

/** What a key's lamp shows: works, is the phone's own line, does not work, was taken away, has nothing. */
export type KeyState = 'ok' | 'own' | 'problem' | 'off' | 'empty'

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  side: Side
  state: KeyState
  text: string
  icon?: LucideIcon
  selected?: boolean
  over?: boolean
  dragging?: boolean
}

/** KeySlot is one key of a drawn phone: its cap with the lamp, and its label on the screen. */
export const KeySlot = forwardRef<HTMLButtonElement, Props>(function KeySlot(
  { side, state, text, icon: Icon, selected, over, dragging, ...rest },
  ref,
) {
  return (
    <button
      ref={ref}
      type="button"
      className={css.key}
      data-side={side}
      data-state={state}
      data-selected={selected || undefined}
      data-over={over || undefined}
      data-dragging={dragging || undefined}
      {...rest}
    >
      {side !== 'touch' && (
        <span className={css.cap} aria-hidden>
          <span className={css.led} />
        </span>
      )}
      <span className={css.text}>
        {Icon && <Icon className={css.icon} aria-hidden />}
        <span className={css.words}>{text}</span>
      </span>
    </button>
  )
})

interface TurnProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  over?: boolean
}

/** TurnKey is the key beside the screen that turns pages. */
export const TurnKey = forwardRef<HTMLButtonElement, TurnProps>(function TurnKey({ over, style, ...rest }, ref) {
  return <button ref={ref} type="button" className={css.turn} data-over={over || undefined} style={{ position: 'relative', flex: 1, ...style }} {...rest} />
})
