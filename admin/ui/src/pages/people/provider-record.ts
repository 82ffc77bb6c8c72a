import type { Row } from '~/api/types'
import { tMaybe } from '~/i18n'
import type { Tone } from '~/parts/StatusBadge'

export type Provider = Row<'provider_accounts'>
export type Trunk = Provider['trunk']

export const carriers = ['telnyx', 'twilio', 'bandwidth', 'sip'] as const
export const transports = ['udp', 'tcp', 'tls'] as const
export const authentications = ['ip', 'digest', 'registration'] as const
export const codecs = ['PCMU', 'PCMA', 'G722', 'opus'] as const
export const srtpModes = ['off', 'optional', 'mandatory'] as const
export const conveyances = ['none', 'carrier_reference', 'pidf_lo'] as const
export const numberFormats = [
  { value: 'e164', label: '+13125550100' },
  { value: 'e164_no_plus', label: '13125550100' },
  { value: 'national', label: '3125550100' },
] as const

/** carrierName is a carrier as people call it. */
export const carrierName = (provider: string): string => tMaybe(`people.provider_kind_${provider}`) ?? provider

/** trunkTones are the colours of a trunk's status. */
export const trunkTones: Record<string, Tone> = { ok: 'good', registered: 'good', unreachable: 'bad', unknown: 'neutral', disabled: 'neutral' }

/** choices are values with the words of people.<prefix>_<value>. */
export const choices = (prefix: string, values: readonly string[]) =>
  values.map((value) => ({ value, label: tMaybe(`people.${prefix}_${value}`) ?? value }))
