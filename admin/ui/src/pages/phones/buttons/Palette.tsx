import { Group, Stack, Text, Tooltip, UnstyledButton } from '@mantine/core'
import { useDraggable } from '@dnd-kit/core'
import { useT, type TextKey } from '~/i18n'
import { BUTTON_GROUPS, type ButtonType } from './button'
import { dragOfType } from './drag'
import { iconOf, typeName } from './icons'
import css from './palette.module.css'

interface Props {
  /** Types the previewed model has; the others are marked. */
  supported: readonly string[]
  onPick: (type: ButtonType) => void
}

/** Palette are the types of button: dragged onto a key, or pressed to take the next free one. */
export function Palette({ supported, onPick }: Props) {
  const t = useT()
  return (
    <Stack gap="xs" role="group" aria-label={t('phones.palette')}>
      <Text size="sm" c="dimmed">
        {t('phones.palette_text')}
      </Text>
      {BUTTON_GROUPS.map(({ group, types }) => (
        <div key={group}>
          <Text size="xs" fw={600} c="dimmed" mb={4}>
            {t(`phones.group_${group}` as TextKey)}
          </Text>
          <Group gap={6}>
            {types.map((type) => (
              <Chip key={type} type={type} supported={supported.length === 0 || supported.includes(type)} onPick={onPick} />
            ))}
          </Group>
        </div>
      ))}
    </Stack>
  )
}

function Chip({ type, supported, onPick }: { type: ButtonType; supported: boolean; onPick: (type: ButtonType) => void }) {
  const t = useT()
  const { setNodeRef, attributes, listeners, isDragging } = useDraggable({ id: dragOfType(type) })
  return (
    <Tooltip label={t(supported ? `phones.about_${type}` as TextKey : 'phones.verdict_vendor_does_not_support_type')} multiline maw={280} events={{ hover: true, focus: true, touch: false }}>
      <UnstyledButton
        ref={setNodeRef}
        {...attributes}
        {...listeners}
        role="button"
        className={css.chip}
        data-dragging={isDragging || undefined}
        data-off={!supported || undefined}
        onClick={() => onPick(type)}
      >
        <TypeLabel type={type} />
      </UnstyledButton>
    </Tooltip>
  )
}

/** TypeLabel is a type's picture and name. */
export function TypeLabel({ type }: { type: string }) {
  const Icon = iconOf(type)
  return (
    <>
      {Icon && <Icon size={16} aria-hidden className={css.icon} />}
      <span>{typeName(type)}</span>
    </>
  )
}
