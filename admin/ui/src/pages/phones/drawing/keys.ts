// Where a phone's keys are: pages of keys, columns beside the screen, expansion modules. Pure, made from the
// catalogue's facts; what a vendor does not document is inferred here and marked so.

/** What the catalogue knows of a model, as far as a drawing needs it. */
export interface ModelFacts {
  vendor: string
  model: string
  generic: boolean
  kind: string
  type: string
  accounts: number
  line_keys: number
  physical_keys: number
  pages: number
  keys_per_page: number
  memory_keys: number
  modules: number
  module_names: string[]
  keys_per_module: number
  module_keys_unset: number[]
  button_types: string[]
  handsets: number
  screen: { class: string; width: number; height: number }
  note: string
}

/** A key: 0 is the phone itself, modules count from 1, positions from 1 over all pages. */
export interface Place {
  module: number
  position: number
}

/** The forms phones are drawn in. */
export type Form = 'keys' | 'touch' | 'plain' | 'conference' | 'dect_base' | 'handset' | 'softphone'

/** Keys of one page, in columns from top to bottom. */
export interface KeyPage {
  left: number[]
  right: number[]
  /** The last key on the right turns pages and cannot be set. */
  turns: boolean
}

/** Keys a touch screen shows at once where nobody says how many. */
const TOUCH_PAGE = 24
const TOUCH_WHOLE = 30
/** Keys in one column at most while a phone has one column. */
const ONE_COLUMN = 3

export function formOf(m: Pick<ModelFacts, 'kind' | 'screen' | 'line_keys' | 'type'>): Form {
  if (m.type === 'softphone') return 'softphone'
  if (m.kind === 'conference') return 'conference'
  if (m.kind === 'dect_base') return 'dect_base'
  if (m.kind === 'dect_handset') return 'handset'
  if (m.screen.class === 'touch') return 'touch'
  return m.line_keys > 0 ? 'keys' : 'plain'
}

/** Keys that can be set on each page of the phone itself. */
export function keysPerPage(m: ModelFacts): number {
  if (m.keys_per_page > 0) return m.keys_per_page
  if (m.line_keys === 0) return 0
  if (formOf(m) === 'touch') return m.line_keys <= TOUCH_WHOLE ? m.line_keys : TOUCH_PAGE
  const pages = m.line_keys >= 40 ? 6 : 3
  return m.line_keys > 6 && m.line_keys % pages === 0 ? m.line_keys / pages : m.line_keys
}

/** Whether the pages drawn are a guess, because no document tells. */
export function pagesInferred(m: ModelFacts): boolean {
  return m.keys_per_page === 0 && pageCount(m) > 1
}

export function pageCount(m: ModelFacts): number {
  const per = keysPerPage(m)
  return per === 0 ? 1 : Math.ceil(m.line_keys / per)
}

/** Number of keys on the phone itself: line keys, then memory keys. */
export function positions(m: ModelFacts): number {
  return m.line_keys + m.memory_keys
}

function range(first: number, count: number, last: number): number[] {
  const list: number[] = []
  for (let p = first; p < first + count && p <= last; p++) list.push(p)
  return list
}

/** The line keys of one page, from 1: the left column first. */
export function phonePage(m: ModelFacts, page: number): KeyPage {
  const per = keysPerPage(m)
  const keys = range((page - 1) * per + 1, per, m.line_keys)
  const turns = m.pages > 1 && m.physical_keys > per
  const beside = turns ? per + 1 : per
  if (beside <= ONE_COLUMN) return { left: keys, right: [], turns }
  const left = Math.ceil(beside / 2)
  return { left: keys.slice(0, left), right: keys.slice(left), turns }
}

/** Memory keys follow the line keys. */
export function memoryKeys(m: ModelFacts): number[] {
  return range(m.line_keys + 1, m.memory_keys, positions(m))
}

/** Columns of the grid a touch screen's keys are shown in. */
export function touchColumns(count: number): number {
  if (count <= 4) return Math.max(1, Math.min(count, 2))
  return count <= 12 ? 3 : count <= 24 ? 4 : 5
}

/** Keys on each page of an expansion module: two columns of ten, of thirteen, or one sheet of paper labels. */
export function modulePageSize(m: ModelFacts): number {
  const all = m.keys_per_module
  if (all === 0) return 0
  if (all <= 38) return all
  return all % 26 === 0 ? 26 : 20
}

export function modulePageCount(m: ModelFacts): number {
  const per = modulePageSize(m)
  return per === 0 ? 0 : Math.ceil(m.keys_per_module / per)
}

/** The keys of one page of a module. Keys that cannot be set are left out of neither column: see {@link settable}. */
export function modulePage(m: ModelFacts, page: number): KeyPage {
  const per = modulePageSize(m)
  const keys = range((page - 1) * per + 1, per, m.keys_per_module)
  const left = Math.ceil(per / 2)
  return { left: keys.slice(0, left), right: keys.slice(left), turns: false }
}

/** Whether the model, with that many modules, has the key. */
export function settable(m: ModelFacts, modules: number, at: Place): boolean {
  if (at.position < 1) return false
  if (at.module === 0) return at.position <= positions(m)
  return (
    at.module <= Math.min(modules, m.modules) && at.position <= m.keys_per_module && !m.module_keys_unset.includes(at.position)
  )
}

/** The page a key is on, from 1; memory keys are on every page and count as on the first. */
export function pageOf(m: ModelFacts, at: Place): number {
  const per = at.module === 0 ? keysPerPage(m) : modulePageSize(m)
  if (per === 0 || (at.module === 0 && at.position > m.line_keys)) return 1
  return Math.ceil(at.position / per)
}

/** Every key of the phone and its modules that can be set, in order. */
export function places(m: ModelFacts, modules: number): Place[] {
  const list: Place[] = range(1, positions(m), positions(m)).map((position) => ({ module: 0, position }))
  for (let module = 1; module <= Math.min(modules, m.modules); module++) {
    for (const position of range(1, m.keys_per_module, m.keys_per_module)) {
      const at = { module, position }
      if (settable(m, modules, at)) list.push(at)
    }
  }
  return list
}

export function placeKey(at: Place): string {
  return `${at.module}/${at.position}`
}

export function parsePlace(text: string): Place | null {
  const found = /^(\d{1,2})\/(\d{1,3})$/.exec(text)
  return found ? { module: Number(found[1]), position: Number(found[2]) } : null
}

export function comparePlaces(a: Place, b: Place): number {
  return a.module - b.module || a.position - b.position
}
