import { useElementSize } from '@mantine/hooks'
import type { CSSProperties, ReactNode } from 'react'
import { Keypad, PhoneBody, Screen } from './art'
import type { Box, Picture as Geometry, Slot } from './geometry'
import css from './picture.module.css'

/** Narrower than this, in pixels, only the screen and the keys are shown. */
const ROOMY = 620

interface Props {
  picture: Geometry
  /** What the picture shows, for who cannot see it. */
  label: string
  /** Class of the screen: mono, colour, touch or paper labels. */
  screen: string
  /** Printed on the phone. */
  brand: string
  /** Shown on the screen's top line. */
  title: string
  /** An expansion module has no receiver and no digits. */
  module?: boolean
  slot: (slot: Slot) => ReactNode
  /** What stands on the key that turns pages. */
  turn?: ReactNode
  children?: ReactNode
}

/** boxStyle puts HTML over the picture: positions in percent of what is shown of it. */
export function boxStyle(box: Box, view: Box): CSSProperties {
  return {
    left: `${((box.x - view.x) / view.w) * 100}%`,
    top: `${((box.y - view.y) / view.h) * 100}%`,
    width: `${(box.w / view.w) * 100}%`,
    height: `${(box.h / view.h) * 100}%`,
  }
}

/** Picture draws a phone or a module, with its keys as buttons over the drawing. */
export function Picture({ picture, label, screen, brand, title, module, slot, turn, children }: Props) {
  const { ref, width } = useElementSize()
  const view = width > 0 && width < ROOMY ? picture.crop : { x: 0, y: 0, w: picture.width, h: picture.height }
  const kind = screen === 'mono' || screen === 'touch' || screen === 'paper' ? screen : 'colour'
  return (
    <figure
      ref={ref}
      className={css.frame}
      data-screen={kind}
      aria-label={label}
      style={{ '--view': view.w, aspectRatio: `${view.w} / ${view.h}` } as CSSProperties}
    >
      <svg className={css.art} viewBox={`${view.x} ${view.y} ${view.w} ${view.h}`} aria-hidden focusable="false">
        <PhoneBody picture={picture} module={module} />
        <Screen box={picture.screen} kind={kind} title={title} />
        {!module && <Keypad picture={picture} />}
        <text className={css.brand} x={picture.screen.x} y={picture.screen.y - 9}>
          {brand}
        </text>
      </svg>
      {picture.slots.map((s) => (
        <div key={`${s.place.module}/${s.place.position}`} className={css.slot} style={boxStyle(s.box, view)}>
          {slot(s)}
        </div>
      ))}
      {picture.turn && turn && (
        <div className={css.slot} style={boxStyle(picture.turn, view)}>
          {turn}
        </div>
      )}
      {children}
    </figure>
  )
}
