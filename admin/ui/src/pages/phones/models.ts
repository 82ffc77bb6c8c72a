// The catalogue's models, read once for all pages.

import { useAll } from '~/api/records'
import type { ModelFacts } from './drawing/keys'

export function useModels() {
  return useAll<'/v1/models', ModelFacts>('/v1/models')
}

const bare = (name: string) => name.toUpperCase().replace(/[^A-Z0-9]/g, '').replace(/^YEALINK/, '').replace(/^SIP/, '')

/** modelNamed is the model of that name in whatever spelling, the generic phone when there is none. */
export function modelNamed(models: readonly (ModelFacts & { aliases?: string[] })[], name: string | null | undefined): ModelFacts | undefined {
  const wanted = bare(name ?? '')
  const found = wanted && models.find((m) => bare(m.model) === wanted || m.aliases?.some((a) => bare(a) === wanted))
  return found || models.find((m) => m.generic)
}

/** hasKeys says whether keys of the model can be set. */
export const hasKeys = (m: ModelFacts) => m.type === 'deskphone' && m.line_keys + m.memory_keys > 0

/** moduleFor is the newest expansion module that fits. */
export const moduleFor = (m: ModelFacts) => m.module_names.at(-1) ?? ''
