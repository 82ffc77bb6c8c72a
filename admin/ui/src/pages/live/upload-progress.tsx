import { Button, Group, Progress, Stack, Text } from '@mantine/core'
import { useT } from '~/i18n'

/** UploadProgress shows how far a file is on its way; nothing while none is. */
export function UploadProgress({ share, onCancel }: { share: number | null; onCancel: () => void }) {
  const t = useT()
  if (share === null) return null
  const percent = Math.round(share * 100)
  return (
    <Stack gap={4}>
      <Group justify="space-between">
        <Text size="sm" role="status">
          {percent < 100 ? t('live.sending_percent', { percent }) : t('live.being_prepared')}
        </Text>
        <Button size="compact-sm" variant="default" onClick={onCancel}>
          {t('live.cancel_upload')}
        </Button>
      </Group>
      <Progress value={percent} animated={percent === 100} aria-label={t('live.upload')} />
    </Stack>
  )
}
