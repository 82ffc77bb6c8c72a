import type { components } from '~/api/schema'

export type Forwarding = components['schemas']['Forwarding']
export type ForwardRule = components['schemas']['ForwardRule']

/** forwardRules are the conditions, in the order they are tried. */
export const forwardRules = ['always', 'busy', 'no_answer', 'unreachable'] as const
export type ForwardRuleName = (typeof forwardRules)[number]

/** noRule is a condition nobody has set. */
export const noRule: ForwardRule = { enabled: false, destination: '', schedule: null }

/** cleanForwarding drops rules that say nothing, as the API keeps them. */
export function cleanForwarding(f: Forwarding): Forwarding {
  const rules = forwardRules.map((name) => [name, says(f[name]) ? f[name] : null])
  return { ...f, ...Object.fromEntries(rules) }
}

const says = (rule: ForwardRule | null) => rule !== null && (rule.enabled || rule.destination.trim() !== '' || rule.schedule !== null)

/** missingDestination are the rules that apply and lead nowhere. */
export function missingDestination(f: Forwarding): ForwardRuleName[] {
  return forwardRules.filter((name) => f[name]?.enabled && f[name].destination.trim() === '')
}
