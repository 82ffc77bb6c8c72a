// Phones without keys that can be set: conference phones, DECT bases and handsets, softphones.

import type { ReactNode } from 'react'
import type { Form } from './keys'
import css from './picture.module.css'

interface Props {
  form: Form
  /** Printed on it. */
  brand: string
  /** Lines shown on the screen. */
  lines: string[]
  label: string
}

/** OtherForm draws a phone that has no keys to set. */
export function OtherForm({ form, brand, lines, label }: Props) {
  return (
    <svg viewBox={form === 'conference' ? '0 0 420 380' : '0 0 300 420'} role="img" aria-label={label} style={{ width: '100%', maxWidth: 300, display: 'block' }}>
      {form === 'conference' && <Conference brand={brand} lines={lines} />}
      {form === 'dect_base' && <Base brand={brand} />}
      {(form === 'handset' || form === 'plain') && <Handset brand={brand} lines={lines} />}
      {form === 'softphone' && <Softphone lines={lines} />}
    </svg>
  )
}

/** Enough of a text for a small screen. */
const short = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text)

function ScreenLines({ x, y, lines, most = 16 }: { x: number; y: number; lines: string[]; most?: number }): ReactNode {
  return lines.slice(0, 4).map((line, i) => (
    <text key={i} className={css.status} x={x} y={y + i * 26}>
      {short(line, most)}
    </text>
  ))
}

function Conference({ brand, lines }: { brand: string; lines: string[] }) {
  return (
    <>
      {[0, 120, 240].map((turn) => (
        <g key={turn} transform={`rotate(${turn} 210 200)`}>
          <rect className={css.body} x={168} y={14} width={84} height={190} rx={42} />
          {[0, 1, 2].map((i) => (
            <rect key={i} className={css.deep} x={190} y={40 + i * 16} width={40} height={6} rx={3} />
          ))}
        </g>
      ))}
      <circle className={css.body} cx={210} cy={200} r={104} />
      <rect className={css.bezel} x={142} y={146} width={136} height={84} rx={8} />
      <rect className={css.screen_colour} x={147} y={151} width={126} height={74} rx={4} />
      <ScreenLines x={154} y={175} lines={lines.slice(0, 2)} most={12} />
      {[0, 1, 2].map((i) => (
        <circle key={i} className={css.edge} cx={172 + i * 38} cy={262} r={13} />
      ))}
      <text className={css.brand} x={210} y={120} textAnchor="middle">
        {brand}
      </text>
    </>
  )
}

function Base({ brand }: { brand: string }) {
  return (
    <>
      <rect className={css.body} x={60} y={70} width={180} height={270} rx={26} />
      <rect className={css.deep} x={76} y={88} width={148} height={150} rx={14} />
      {[0, 1, 2].map((i) => (
        <path key={i} fill="none" stroke="#aeb7c0" strokeWidth={6} strokeLinecap="round" d={`M ${128 - i * 16} ${160 - i * 14} q ${22 + i * 16} ${-18 - i * 8} ${44 + i * 32} 0`} />
      ))}
      <circle cx={150} cy={178} r={8} fill="#aeb7c0" />
      {['#43d17c', '#43d17c', '#4dd4e8'].map((fill, i) => (
        <rect key={i} x={112 + i * 30} y={262} width={16} height={6} rx={3} fill={fill} />
      ))}
      <text className={css.brand} x={150} y={310} textAnchor="middle">
        {brand}
      </text>
      <rect className={css.edge} x={96} y={340} width={108} height={16} rx={8} />
    </>
  )
}

function Handset({ brand, lines }: { brand: string; lines: string[] }) {
  return (
    <>
      <rect className={css.body} x={86} y={10} width={128} height={396} rx={40} />
      <rect className={css.deep} x={128} y={28} width={44} height={7} rx={3.5} />
      <rect className={css.bezel} x={98} y={52} width={104} height={124} rx={8} />
      <rect className={css.screen_colour} x={103} y={57} width={94} height={114} rx={4} />
      <ScreenLines x={110} y={84} lines={lines} most={9} />
      <circle className={css.deep} cx={150} cy={212} r={26} />
      <circle className={css.edge} cx={150} cy={212} r={11} />
      {Array.from({ length: 12 }, (_, i) => (
        <rect key={i} className={css.edge} x={104 + (i % 3) * 33} y={252 + Math.floor(i / 3) * 30} width={26} height={20} rx={7} />
      ))}
      <text className={css.brand} x={150} y={392} textAnchor="middle">
        {brand}
      </text>
    </>
  )
}

function Softphone({ lines }: { lines: string[] }) {
  return (
    <>
      <rect className={css.body} x={56} y={10} width={188} height={400} rx={30} />
      <rect className={css.screen_colour} x={68} y={34} width={164} height={352} rx={12} />
      <ScreenLines x={82} y={72} lines={lines} most={15} />
      {Array.from({ length: 12 }, (_, i) => (
        <circle key={i} cx={104 + (i % 3) * 46} cy={196 + Math.floor(i / 3) * 42} r={16} fill="#28496a" />
      ))}
      <circle cx={150} cy={362} r={17} fill="#2f9e5b" />
    </>
  )
}
