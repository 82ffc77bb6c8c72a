import {
  ArrowRightLeft, BellOff, CircleDot, CircleParking, CornerUpRight, Hash, Headset, Link, Megaphone, Pause, Phone, SquareParking, UserRound, Users,
  UsersRound, Voicemail, Volume2, Zap, type LucideIcon,
} from 'lucide-react'
import { tMaybe } from '~/i18n'
import { isButtonType, type ButtonType } from './button'

const ICONS: Record<ButtonType, LucideIcon> = {
  line: Phone, blf_extension: UserRound, blf_park: CircleParking, park: SquareParking, voicemail: Voicemail, blf_queue_agent: Headset,
  blf_queue_depth: UsersRound, speed_dial: Zap, dtmf: Hash, url: Link, multicast: Megaphone, conference: Users, transfer: ArrowRightLeft,
  forward: CornerUpRight, intercom: Volume2, dnd: BellOff, record_toggle: CircleDot, hold: Pause,
}

/** iconOf is the picture of a type of button, nothing for a type the page does not know. */
export function iconOf(type: string | undefined): LucideIcon | undefined {
  return isButtonType(type) ? ICONS[type] : undefined
}

/** typeName is what a person calls a type of button. */
export function typeName(type: string | undefined): string {
  return tMaybe(`phones.type_${type}`) ?? type ?? ''
}
