import { Box, Button, FileButton, Group, Text } from '@mantine/core'
import { Upload } from 'lucide-react'
import { useState } from 'react'
import { useT } from '~/i18n'

interface Props {
  label: string
  hint: string
  accept: string
  multiple?: boolean
  disabled?: boolean
  onFiles: (files: File[]) => void
}

/** DropZone takes files that are dropped on it or chosen. */
export function DropZone({ label, hint, accept, multiple = false, disabled, onFiles }: Props) {
  const t = useT()
  const [over, setOver] = useState(false)
  const take = (files: File[]) => files.length > 0 && onFiles(multiple ? files : files.slice(0, 1))
  return (
    <Box
      className="drop"
      data-over={over || undefined}
      onDragOver={(e) => {
        e.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(e) => {
        e.preventDefault()
        setOver(false)
        if (!disabled) take([...e.dataTransfer.files])
      }}
    >
      <Group justify="space-between">
        <div>
          <Text size="sm" fw={500}>
            {label}
          </Text>
          <Text size="xs" c="dimmed">
            {hint}
          </Text>
        </div>
        <FileButton
          accept={accept}
          multiple={multiple}
          disabled={disabled}
          inputProps={{ 'aria-label': label }}
          onChange={(chosen: File | File[] | null) => chosen && take(Array.isArray(chosen) ? chosen : [chosen])}
        >
          {(props) => (
            <Button variant="default" leftSection={<Upload size={16} aria-hidden />} {...props}>
              {t(multiple ? 'live.choose_files' : 'live.choose_file')}
            </Button>
          )}
        </FileButton>
      </Group>
    </Box>
  )
}
