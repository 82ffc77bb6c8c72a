import type { t as translate } from '~/i18n'
import { typeName } from './icons'
import type { Place } from '../drawing/keys'
import type { Button } from './button'

/** placeName is how a person names a key: "Key 3", "Module 1, key 4". */
export function placeName(t: typeof translate, at: Place): string {
  return at.module > 0 ? t('phones.key_of_module', { module: at.module, position: at.position }) : t('phones.key', { position: at.position })
}

/** keyText is what stands beside a key: its label, else what it does. */
export function keyText(b: Pick<Button, 'label' | 'type'>): string {
  return b.label || typeName(b.type)
}

/** targetText is the part of a target that can be read without looking anything up. */
export function targetText(t: typeof translate, b: Button): string {
  const x = b.target ?? {}
  if (x.line) return t('phones.line_number', { line: x.line })
  if (x.slot) return t('phones.slot_number', { slot: x.slot })
  if (x.mode) return t(x.mode === 'blind' ? 'phones.mode_blind' : 'phones.mode_attended')
  if (x.address) return `${x.address}:${x.port ?? ''}`
  return x.destination ?? x.digits ?? x.url ?? ''
}

