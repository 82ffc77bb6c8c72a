import { Box, Group, Stack, Text, UnstyledButton } from '@mantine/core'
import { useDroppable } from '@dnd-kit/core'
import { ChevronsRight } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { useT } from '~/i18n'
import { deskphone, expansionModule, type Slot } from './geometry'
import { TurnKey } from './KeySlot'
import { formOf, modulePageCount, pageCount, pagesInferred, type ModelFacts } from './keys'
import { OtherForm } from './OtherForms'
import { Picture } from './Picture'
import css from './keys.module.css'

/** pageDrop is the name of a page's tab as something that keys can be dragged over. */
export const pageDrop = (module: number, page: number) => `page:${module}/${page}`

/** Pages shown, by module; 0 is the phone. */
export type Pages = Record<number, number>

export function usePages() {
  const [pages, setPages] = useState<Pages>({})
  return { pages, show: (module: number, page: number) => setPages((p) => ({ ...p, [module]: page })) }
}

interface Props {
  model: ModelFacts
  /** Names of the expansion modules attached, in order. */
  modules: string[]
  pages: Pages
  onPage: (module: number, page: number) => void
  slot: (slot: Slot) => ReactNode
  /** Shown on the screen: the device's or the template's name. */
  title: string
  /** Lines, for phones without keys. */
  lines?: string[]
}

/** PhoneKeys draws a phone with its pages of keys, and its expansion modules beside it. */
export function PhoneKeys({ model, modules, pages, onPage, slot, title, lines = [] }: Props) {
  const t = useT()
  const form = formOf(model)
  const name = `${model.vendor.charAt(0).toUpperCase()}${model.vendor.slice(1)} ${model.model}`
  if (form !== 'keys' && form !== 'touch' && form !== 'plain') {
    return <OtherForm form={form} brand={model.model} lines={lines} label={t('phones.picture_of', { model: name })} />
  }
  const count = pageCount(model)
  const page = Math.min(pages[0] ?? 1, count)
  const attached = modules.slice(0, model.modules)
  return (
    <div className={css.set}>
      <Stack gap={6} className={css.phone}>
        <PageTabs module={0} count={count} page={page} onPage={onPage} label={t('phones.pages_of', { what: name })} />
        <Picture
          picture={deskphone(model, page)}
          label={t('phones.picture_page', { model: name, page, count })}
          screen={model.screen.class}
          brand={model.generic ? '' : model.model}
          title={title}
          slot={slot}
          turn={
            <TurnKey onClick={() => onPage(0, (page % count) + 1)} aria-label={t('phones.next_page', { page, count })}>
              <ChevronsRight size="60%" aria-hidden />
            </TurnKey>
          }
        />
        {pagesInferred(model) && (
          <Text size="xs" c="dimmed">
            {t('phones.pages_inferred')}
          </Text>
        )}
      </Stack>
      {attached.map((module, i) => (
        <Module key={i} model={model} module={i + 1} name={module} pages={pages} onPage={onPage} slot={slot} />
      ))}
    </div>
  )
}

function Module({ model, module, name, pages, onPage, slot }: Pick<Props, 'model' | 'pages' | 'onPage' | 'slot'> & { module: number; name: string }) {
  const t = useT()
  const count = modulePageCount(model)
  const page = Math.min(pages[module] ?? 1, count)
  const label = t('phones.module', { module })
  return (
    <Stack gap={6} className={css.module}>
      <PageTabs module={module} count={count} page={page} onPage={onPage} label={t('phones.pages_of', { what: label })} />
      <Picture
        picture={expansionModule(model, module, page)}
        label={t('phones.picture_page', { model: `${label} ${name}`, page, count })}
        screen={model.keys_per_module <= 38 ? 'paper' : 'colour'}
        brand={name}
        title=""
        module
        slot={slot}
      />
    </Stack>
  )
}

interface TabsProps {
  module: number
  count: number
  page: number
  onPage: (module: number, page: number) => void
  label: string
}

function PageTabs({ module, count, page, onPage, label }: TabsProps) {
  const t = useT()
  if (count < 2 && module === 0) return null
  return (
    <Group gap={4} role="group" aria-label={label}>
      {module > 0 && (
        <Text size="sm" fw={600} mr="xs">
          {t('phones.module', { module })}
        </Text>
      )}
      {count > 1 &&
        Array.from({ length: count }, (_, i) => <PageTab key={i} module={module} page={i + 1} shown={page === i + 1} onPage={onPage} />)}
    </Group>
  )
}

function PageTab({ module, page, shown, onPage }: { module: number; page: number; shown: boolean; onPage: TabsProps['onPage'] }) {
  const t = useT()
  const { setNodeRef, isOver } = useDroppable({ id: pageDrop(module, page), data: { module, page } })
  return (
    <Box ref={setNodeRef}>
      <UnstyledButton className={css.tab} data-shown={shown || undefined} data-over={isOver || undefined} aria-pressed={shown} onClick={() => onPage(module, page)}>
        {t('phones.page', { page })}
      </UnstyledButton>
    </Box>
  )
}
