import { Group, NumberInput, Select } from '@mantine/core'
import { useT } from '~/i18n'
import { useSearchText } from '~/app/search'
import type { ModelFacts } from '../drawing/keys'
import { hasKeys, modelNamed, moduleFor } from '../models'

/** The model a template is shown on, kept in the address: ?model=T46U&modules=2. */
export function useChosenModel(models: readonly ModelFacts[], usual: string) {
  const [name, setName] = useSearchText('model')
  const [count, setCount] = useSearchText('modules')
  const model = modelNamed(models, name || usual || 'T46U')
  const most = model?.modules ?? 0
  const modules = Math.max(0, Math.min(Number.parseInt(count, 10) || 0, most))
  return {
    model, setName, setCount: (n: number) => setCount(n > 0 ? String(n) : ''),
    modules: model ? Array.from({ length: modules }, () => moduleFor(model)) : [],
  }
}

interface Props {
  models: readonly ModelFacts[]
  chosen: ReturnType<typeof useChosenModel>
}

/** ModelChoice chooses the phone and how many expansion modules to look at. */
export function ModelChoice({ models, chosen }: Props) {
  const t = useT()
  const { model, modules, setName, setCount } = chosen
  const data = models.filter(hasKeys).map((m) => ({ value: m.model, label: m.generic ? t('phones.generic_model') : m.model }))
  return (
    <Group align="flex-end" gap="sm">
      <Select label={t('phones.preview_model')} data={data} value={model?.model ?? null} onChange={(v) => setName(v ?? '')} searchable allowDeselect={false} w={190} limit={200} />
      {model && model.modules > 0 && (
        <NumberInput label={t('phones.modules')} min={0} max={model.modules} value={modules.length} onChange={(n) => setCount(Number(n) || 0)} w={150} clampBehavior="strict" />
      )}
    </Group>
  )
}
