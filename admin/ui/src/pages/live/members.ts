/** An agent of a queue, as the API has it. */
export interface Member {
  user: string
  penalty?: number
}

/** The agents with another at the end; who is there already stays alone. */
export function added(members: readonly Member[], user: string): Member[] {
  return members.some((m) => m.user === user) ? [...members] : [...members, { user, penalty: 0 }]
}

/** The agents without one. */
export const removed = (members: readonly Member[], at: number): Member[] => members.filter((_, i) => i !== at)

/** The agents with one moved a place; at an end it stays. */
export function moved(members: readonly Member[], at: number, by: -1 | 1): Member[] {
  const list = [...members]
  const to = at + by
  const [member, other] = [list[at], list[to]]
  if (!member || !other) return list
  list[at] = other
  list[to] = member
  return list
}

/** The agents with another penalty for one. */
export const withPenalty = (members: readonly Member[], at: number, penalty: number): Member[] =>
  members.map((m, i) => (i === at ? { ...m, penalty } : m))
