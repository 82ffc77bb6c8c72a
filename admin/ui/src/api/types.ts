import type { components, paths } from './schema'

/** Shown is one of the description's schemas: Shown<'Device'>. */
export type Shown<N extends keyof components['schemas']> = WithID<components['schemas'][N]>

/** The description lets identifiers be null, which those of stored records never are. */
export type WithID<T> = T extends { id?: unknown } ? Omit<T, 'id'> & { id: string } : T

type ListPath = {
  [P in keyof paths]: paths[P] extends { get: { responses: { 200: { content: { 'application/json': { data: unknown[] } } } } } } ? P : never
}[keyof paths]

type Within<P> = P extends `/v1/accounts/{account}/${infer C}` ? (C extends `${string}/${string}` ? never : C) : never

/** Collection is the name of a list right under the account: 'devices'. */
export type Collection = Within<ListPath>

type Element<P> = P extends keyof paths
  ? paths[P] extends { get: { responses: { 200: { content: { 'application/json': { data: (infer R)[] } } } } } } ? R : never
  : never

/** Row is one element of a collection; of other paths it is what the caller says. */
export type Row<C extends string> = C extends Collection ? WithID<Element<`/v1/accounts/{account}/${C}`>> : never

/** Page is one page of a list. */
export interface Page<T> {
  data: T[]
  next: string | null
}

/** Stored is what every record has. */
export interface Stored {
  id: string
  revision?: number
}
