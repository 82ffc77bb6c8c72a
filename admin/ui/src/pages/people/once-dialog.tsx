import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useT } from '~/i18n'
import { SecretField } from '~/parts/SecretField'

interface Props {
  title: string
  text: string
  /** What the value is called: 'Password'. */
  label: string
  value: string
  onClose: () => void
}

/** OnceDialog shows a secret that is shown only now; it closes by its button alone. */
export function OnceDialog({ title, text, label, value, onClose }: Props) {
  const t = useT()
  return (
    <Modal opened onClose={onClose} title={title} closeOnClickOutside={false} closeOnEscape={false}>
      <Stack>
        <Text size="sm">{text}</Text>
        <SecretField open label={label} value={value} />
        <Group justify="flex-end">
          <Button onClick={onClose} data-autofocus>
            {t('shell.close')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
