import type { Shown } from '~/api/types'
import type { TextKey } from '~/i18n'

export type Device = Shown<'Device'>
export type DeviceLine = NonNullable<Device['lines']>[number]

export const deviceTypes = ['deskphone', 'dect_base', 'dect_handset', 'softphone'] as const

export const kindKey = (type: string) => `phones.kind_${type}` as TextKey

/** addressOf is a phone's MAC or a handset's IPEI. */
export const addressOf = (d: Pick<Device, 'mac' | 'ipei'>) => d.mac || d.ipei || ''

/** nameOf is what a person calls a phone. */
export const nameOf = (d: Pick<Device, 'name' | 'mac' | 'ipei' | 'model'>) => d.name || addressOf(d) || d.model || '–'

/** modelOf is the model it is, or says it is. */
export const modelOf = (d: Pick<Device, 'model' | 'reported_model'>) => d.model || d.reported_model || ''

/** Where the steps of a phone's way into use are: the first that is not done is next. */
export interface Step {
  key: 'url' | 'config' | 'lines' | 'registered' | 'called'
  done: boolean
}

/**
 * readiness are the steps from a phone in its box to one in use. What comes later proves what comes before. `seen` says
 * whether it ever came to the provisioning URL. Softphones and handsets fetch no file.
 */
export function readiness(d: Device, seen: boolean): Step[] {
  const called = Boolean(d.last_call_at)
  const registered = called || d.registration_status === 'registered'
  const fetched = d.status === 'provisioned'
  const lines = d.type === 'dect_base' || (d.lines ?? []).length > 0
  const steps: Step[] = [
    { key: 'url', done: seen || fetched || registered },
    { key: 'config', done: fetched || registered },
    { key: 'lines', done: lines },
    { key: 'registered', done: registered },
    { key: 'called', done: called },
  ]
  return d.type === 'softphone' || d.type === 'dect_handset' ? steps.slice(2) : steps
}
