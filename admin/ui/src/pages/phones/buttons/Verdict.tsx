import { StatusBadge, type Tone } from '~/parts/StatusBadge'
import { tMaybe, useT, type TextKey } from '~/i18n'
import type { KeyState } from '../drawing/KeySlot'
import type { Button } from './button'

/** A key of a phone as the daemon judges it. */
export interface EffectiveKey extends Omit<Button, 'label' | 'type' | 'suppressed'> {
  label: string
  type: string
  source: string
  verdict: string
  reason?: string
}

/** stateOf is what a drawn key's lamp shows of it. */
export function stateOf(k: Pick<EffectiveKey, 'verdict' | 'source' | 'type'> | undefined): KeyState {
  if (!k) return 'empty'
  if (k.source === 'suppressed') return 'off'
  if (k.verdict !== 'ok' && k.verdict !== ownerUnknown) return 'problem'
  return k.type === 'line' ? 'own' : 'ok'
}

/** In a template this is no fault: the key works on phones that have an owner. */
export const ownerUnknown = 'device_has_no_owning_user'

interface Props {
  verdict: string
  reason?: string
  /** In a template a missing owner is no fault. */
  template?: boolean
}

/** Verdict says whether a key works on its phone, and if not, why. */
export function Verdict({ verdict, reason, template }: Props) {
  const t = useT()
  if (template && verdict === ownerUnknown) return <StatusBadge tone="neutral" label={t('phones.verdict_owner')} reason={t('phones.verdict_owner_text')} />
  const tone: Tone = verdict === 'ok' ? 'good' : verdict === 'not_available' ? 'warning' : 'bad'
  return <StatusBadge tone={tone} label={tMaybe(`phones.verdict_${verdict}`) ?? verdict} reason={reason} />
}

/** sourceName says where a key of a device comes from. */
export function useSourceName() {
  const t = useT()
  return (source: string) => tMaybe(`phones.source_${source}`) ?? t('phones.source_template' as TextKey)
}
