import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useDebouncedValue } from '@mantine/hooks'
import { useMemo } from 'react'
import { send } from '~/api/client'
import { usePath } from '~/api/records'
import { useMay } from '~/app/session'
import { placeKey, type ModelFacts } from '../drawing/keys'
import { keyOf } from '../buttons/button'
import { saved, type Draft } from '../buttons/draft'
import type { EffectiveKey } from '../buttons/Verdict'

interface Preview {
  model: ModelFacts
  keys: EffectiveKey[]
}

/** usePreview asks what a model would make of a layout that need not be saved. */
export function usePreview(draft: Draft, model: ModelFacts | undefined, modules: string[]) {
  const path = usePath('button_templates/preview')
  const may = useMay()
  const [buttons] = useDebouncedValue(draft, 250)
  const body = { vendor: model?.vendor, model: model?.generic ? '' : model?.model, expansion_modules: modules, buttons: saved(buttons) }
  const query = useQuery({
    queryKey: [path, body],
    queryFn: ({ signal }) => send<Preview>('POST', path, { body, signal }),
    enabled: Boolean(model) && may('button_template.preview'),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 60_000,
  })
  const keys = query.data?.keys
  const at = useMemo(() => new Map((keys ?? []).map((k) => [keyOf(k), k])), [keys])
  return { problem: query.error, keyAt: (place: { module: number; position: number }) => at.get(placeKey(place)) }
}
