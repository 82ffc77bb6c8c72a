// The drawn parts of a phone: body and receiver, screen, digits. Drawn by us, after no maker's picture.

import type { Box, Picture } from './geometry'
import css from './picture.module.css'

export function PhoneBody({ picture, module }: { picture: Picture; module?: boolean }) {
  const b = picture.body
  if (module) return <rect className={css.body} x={b.x} y={b.y} width={b.w} height={b.h} rx={26} />
  const receiver = Math.min(picture.height - 20, 620)
  return (
    <>
      <rect className={css.body} x={b.x} y={b.y} width={b.w} height={b.h} rx={44} />
      <rect className={css.body} x={18} y={10} width={132} height={receiver} rx={58} />
      <rect className={css.deep} x={38} y={34} width={92} height={112} rx={40} />
      <rect className={css.deep} x={38} y={receiver - 136} width={92} height={112} rx={40} />
      <rect className={css.edge} x={66} y={170} width={36} height={Math.max(receiver - 330, 20)} rx={18} />
      <path className={css.edge} d={`M 84 ${receiver + 8} q 4 14 0 16 h -6 q 6 -10 0 -16 z`} />
    </>
  )
}

export function Screen({ box, kind, title }: { box: Box; kind: string; title: string }) {
  const shown = css[`screen_${kind}`]
  return (
    <>
      <rect className={css.bezel} x={box.x - 8} y={box.y - 6} width={box.w + 16} height={box.h + 12} rx={14} />
      <rect className={shown} x={box.x} y={box.y} width={box.w} height={box.h} rx={6} />
      {kind !== 'paper' && title && (
        <svg x={box.x + 6} y={box.y} width={box.w - 12} height={40}>
          <text className={kind === 'mono' ? css.status_mono : css.status} x={8} y={30}>
            {title}
          </text>
        </svg>
      )}
    </>
  )
}

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#']

export function Keypad({ picture }: { picture: Picture }) {
  const { keypad: k, softKeys } = picture
  const crowded = picture.slots.some((s) => s.side === 'paper')
  const x = crowded ? k.x + 190 : k.x + 285
  return (
    <>
      {softKeys.map((s) => (
        <rect key={s.x} className={css.edge} x={s.x} y={s.y} width={s.w} height={s.h} rx={9} />
      ))}
      <circle className={css.deep} cx={k.x + 88} cy={k.y + 96} r={74} />
      <circle className={css.edge} cx={k.x + 88} cy={k.y + 96} r={30} />
      {[0, 90, 180, 270].map((turn) => (
        <path key={turn} className={css.edge} d="M -9 -46 L 0 -58 L 9 -46 Z" transform={`translate(${k.x + 88} ${k.y + 96}) rotate(${turn})`} />
      ))}
      <rect className={css.deep} x={k.x + 20} y={k.y + 192} width={136} height={20} rx={10} />
      <rect className={css.edge} x={k.x + 74} y={k.y + 192} width={50} height={20} rx={10} />
      {DIGITS.map((digit, i) => {
        const at = { x: x + (i % 3) * 66, y: k.y + Math.floor(i / 3) * 54 }
        return (
          <g key={digit}>
            <rect className={css.edge} x={at.x} y={at.y} width={56} height={42} rx={10} />
            <text className={css.digit} x={at.x + 28} y={at.y + 28}>
              {digit}
            </text>
          </g>
        )
      })}
      {!crowded &&
        [0, 1, 2, 3, 4, 5].map((i) => (
          <rect key={i} className={css.edge} x={k.x + 560 + (i % 2) * 104} y={k.y + Math.floor(i / 2) * 62} width={88} height={40} rx={12} />
        ))}
    </>
  )
}
