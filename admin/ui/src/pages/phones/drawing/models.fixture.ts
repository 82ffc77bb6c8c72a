import type { ModelFacts } from './keys'

/** A model for tests; what is not said is that of a phone without anything. */
export function aModel(facts: Partial<ModelFacts>): ModelFacts {
  return {
    vendor: 'yealink', model: 'X', generic: false, kind: 'deskphone', type: 'deskphone', accounts: 1, line_keys: 0, physical_keys: 0,
    pages: 0, keys_per_page: 0, memory_keys: 0, modules: 0, module_names: [], keys_per_module: 0, module_keys_unset: [],
    button_types: [], handsets: 0, screen: { class: 'mono', width: 0, height: 0 }, note: '', ...facts,
  }
}

const screen = { class: 'colour', width: 480, height: 272 }

export const T46U = aModel({ model: 'T46U', accounts: 16, line_keys: 27, physical_keys: 10, pages: 3, keys_per_page: 9, modules: 3, keys_per_module: 60, module_names: ['EXP43', 'EXP50'], screen })
export const T27G = aModel({ model: 'T27G', line_keys: 21, physical_keys: 8, pages: 3, keys_per_page: 7, modules: 6, keys_per_module: 40, module_names: ['EXP20'], module_keys_unset: [21] })
export const T28P = aModel({ model: 'T28P', line_keys: 6, physical_keys: 6, pages: 1, keys_per_page: 6, memory_keys: 10, modules: 6, keys_per_module: 38, module_names: ['EXP38'] })
export const T31G = aModel({ model: 'T31G', line_keys: 2, physical_keys: 2, pages: 1, keys_per_page: 2 })
export const T58W = aModel({ model: 'T58W', line_keys: 27, modules: 3, keys_per_module: 60, module_names: ['EXP50'], screen: { class: 'touch', width: 1024, height: 600 } })
export const T74W = aModel({ model: 'T74W', line_keys: 60, modules: 3, keys_per_module: 78, module_names: ['EXP55'], screen })
export const T88W = aModel({ model: 'T88W', line_keys: 95, modules: 3, keys_per_module: 78, module_names: ['EXP55'], screen: { class: 'touch', width: 1024, height: 600 } })
export const Generic = aModel({ model: 'Generic', generic: true, line_keys: 27, screen: { class: '', width: 0, height: 0 } })
export const W60B = aModel({ model: 'W60B', kind: 'dect_base', type: 'dect_base', handsets: 8 })
