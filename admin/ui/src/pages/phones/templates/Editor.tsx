import { Alert, Button as Press, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { DndContext, DragOverlay, MeasuringStrategy, type DragEndEvent, type DragOverEvent, type DragStartEvent } from '@dnd-kit/core'
import { Undo2 } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { problemOf } from '~/api/problem'
import { useUnsaved } from '~/app/unsaved'
import { useT } from '~/i18n'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { ButtonDialog } from '../buttons/ButtonDialog'
import { keyOf, needsNoTarget, type Button, type ButtonType } from '../buttons/button'
import { collision, dragged, pageOfDrop, slotOf, useKeySensors, type Dragged } from '../buttons/drag'
import { buttonAt, firstFree, move, put, removeAt, type Draft } from '../buttons/draft'
import { Palette, TypeLabel } from '../buttons/Palette'
import css from '../buttons/palette.module.css'
import { keyText, placeName } from '../buttons/words'
import { pageOf, places, type ModelFacts, type Place } from '../drawing/keys'
import { PhoneKeys, usePages } from '../drawing/PhoneKeys'
import board from './template.module.css'
import { EditorKey } from './EditorKeys'
import { KeyList } from './KeyList'
import { usePreview } from './usePreview'
import { useSpoken } from './useSpoken'

/** A page is turned when something is held over its tab this long, in milliseconds. */
const TURN_AFTER = 550

interface Props {
  name: string
  draft: Draft
  change: (next: Draft) => void
  dirty: boolean
  canUndo: boolean
  undo: () => void
  readOnly: boolean
  model: ModelFacts
  modules: string[]
}

/** What the dialog is about: a key that is there, or one to come. */
interface Open {
  button: Button
  from: Place | null
}

/** Editor is a template's layout on a drawn phone: palette, picture, list of keys. */
export function Editor({ name, draft, change, dirty, canUndo, undo, readOnly, model, modules }: Props) {
  const t = useT()
  useUnsaved(dirty)
  const { pages, show } = usePages()
  const [open, setOpen] = useState<Open | null>(null)
  const [carried, setCarried] = useState<Dragged | null>(null)
  const preview = usePreview(draft, model, modules)
  const sensors = useKeySensors()
  const spoken = useSpoken(draft)
  const turning = useRef(0)
  const dropped = useRef(0)
  useEffect(() => () => window.clearTimeout(turning.current), [])

  const reveal = (at: Place) => show(at.module, pageOf(model, at))

  function openAt(at: Place) {
    if (performance.now() - dropped.current < 250) return // the click that ends a drag opens nothing
    const there = buttonAt(draft, at)
    if (there) setOpen({ button: there, from: at })
    else if (!readOnly) setOpen({ button: { ...at, type: 'speed_dial' }, from: null })
  }

  function begin(type: ButtonType, at: Place) {
    const b: Button = { ...at, type }
    if (needsNoTarget(type) && !buttonAt(draft, at)) {
      change(put(draft, b))
      reveal(at)
    } else setOpen({ button: b, from: null })
  }

  function pick(type: ButtonType) {
    const at = firstFree(draft, places(model, modules.length))
    if (at) begin(type, at)
  }

  function dragStart(e: DragStartEvent) {
    setCarried(dragged(e.active.id))
  }

  function dragOver(e: DragOverEvent) {
    window.clearTimeout(turning.current)
    const page = pageOfDrop(e.over?.id)
    if (page) turning.current = window.setTimeout(() => show(page.module, page.page), TURN_AFTER)
  }

  function dragEnd(e: DragEndEvent) {
    window.clearTimeout(turning.current)
    dropped.current = performance.now()
    setCarried(null)
    const what = dragged(e.active.id)
    const to = slotOf(e.over?.id)
    if (!what || !to) return
    if ('type' in what) begin(what.type, to)
    else change(move(draft, what.from, to))
  }

  async function keep(b: Button) {
    const at = { module: b.module ?? 0, position: b.position }
    const from = open?.from
    change(put(from && keyOf(b) !== keyOf({ ...from }) ? removeAt(draft, from) : draft, b))
    reveal(at)
  }

  const taken = open && !open.from ? buttonAt(draft, { module: open.button.module ?? 0, position: open.button.position }) : undefined
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={collision}
      measuring={{ droppable: { strategy: MeasuringStrategy.Always } }}
      accessibility={spoken}
      onDragStart={dragStart}
      onDragOver={dragOver}
      onDragEnd={dragEnd}
      onDragCancel={() => {
        window.clearTimeout(turning.current)
        setCarried(null)
      }}
    >
      <Stack>
        <div className={readOnly ? undefined : board.board}>
        <PhoneKeys
          model={model}
          modules={modules}
          pages={pages}
          onPage={show}
          title={name}
          slot={(slot) => (
            <EditorKey slot={slot} button={buttonAt(draft, slot.place)} judged={preview.keyAt(slot.place)} readOnly={readOnly} onOpen={() => openAt(slot.place)} />
          )}
        />
        {!readOnly && (
          <Paper withBorder p="sm" className={board.palette}>
            <Group justify="space-between" mb="xs">
              <Title order={2} size="h5">
                {t('phones.palette')}
              </Title>
              <Press size="compact-sm" variant="default" leftSection={<Undo2 size={14} aria-hidden />} disabled={!canUndo} onClick={undo}>
                {t('phones.undo')}
              </Press>
            </Group>
            <Palette supported={model.button_types} onPick={pick} />
          </Paper>
        )}
        </div>
        <ProblemAlert problem={preview.problem && problemOf(preview.problem)} />
        {draft.length > 0 ? (
          <KeyList
            draft={draft}
            keyAt={preview.keyAt}
            readOnly={readOnly}
            onOpen={(at) => {
              reveal(at)
              openAt(at)
            }}
            onRemove={(at) => change(removeAt(draft, at))}
          />
        ) : (
          <Text c="dimmed">{t(readOnly ? 'phones.no_keys' : 'phones.no_keys_text')}</Text>
        )}
      </Stack>
      <DragOverlay dropAnimation={null}>{carried && <Carried what={carried} draft={draft} />}</DragOverlay>
      {open && (
        <ButtonDialog
          key={keyOf(open.button)}
          title={t(open.from ? (readOnly ? 'phones.key_title' : 'phones.edit_key') : 'phones.add_key', { place: placeName(t, { module: open.button.module ?? 0, position: open.button.position }) })}
          button={open.button}
          modules={Math.max(modules.length, model.modules, open.button.module ?? 0)}
          readOnly={readOnly}
          confirm={t(open.from ? 'phones.apply' : 'shell.add')}
          submit={keep}
          onClose={() => setOpen(null)}
        >
          {taken && <Alert color="orange">{t('phones.replaces', { text: keyText(taken) })}</Alert>}
        </ButtonDialog>
      )}
    </DndContext>
  )
}

function Carried({ what, draft }: { what: Dragged; draft: Draft }) {
  if ('type' in what) {
    return (
      <span className={css.carried}>
        <TypeLabel type={what.type} />
      </span>
    )
  }
  const b = buttonAt(draft, what.from)
  return b ? <span className={css.carried}>{keyText(b)}</span> : null
}
