import { Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQueryClient } from '@tanstack/react-query'
import { send } from '~/api/client'
import { refresh, usePath } from '~/api/records'
import type { Shown } from '~/api/types'
import { useGo } from '~/app/account'
import { useT } from '~/i18n'
import { RecordDialog } from '~/parts/RecordDialog'
import { ReferencePicker } from '~/parts/ReferencePicker'

/** EmergencyTest mails the recipients a test, and shows what became of it. */
export function EmergencyTest({ onClose }: { onClose: () => void }) {
  const t = useT()
  const go = useGo()
  const client = useQueryClient()
  const path = usePath('emergency_test')
  const list = usePath('emergency_calls')
  const form = useForm({ initialValues: { device: null as string | null } })
  return (
    <RecordDialog
      opened
      title={t('live.test_notification')}
      confirm={t('live.test_send')}
      form={form}
      onClose={onClose}
      submit={async ({ device }) => {
        const made = await send<Shown<'EmergencyCall'>>('POST', path, { body: { device } })
        await refresh(client, list)
        form.resetDirty()
        setTimeout(() => void go(`/emergency_calls/${made.id}`)) // once the form no longer holds the page
      }}
    >
      <Text size="sm">{t('live.test_notification_text')}</Text>
      <ReferencePicker
        collection="devices"
        label={t('live.test_device')}
        description={t('live.test_device_text')}
        placeholder={t('live.test_account')}
        clearable
        name="device"
        value={form.values.device}
        error={form.errors.device}
        onChange={(id) => form.setFieldValue('device', id)}
      />
      <Text size="sm" c="dimmed">
        {t('live.test_933')}
      </Text>
    </RecordDialog>
  )
}
