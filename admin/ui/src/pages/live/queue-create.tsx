import { Select, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useCreate } from '~/api/records'
import { useGo } from '~/app/account'
import { useT } from '~/i18n'
import { RecordDialog } from '~/parts/RecordDialog'
import { choices } from './states'

export const strategies = ['ringall', 'linear', 'rrmemory', 'leastrecent', 'fewestcalls', 'random', 'wrandom'] as const

/** CreateQueue names a queue and opens its settings, where its agents are chosen. */
export function CreateQueue({ onClose }: { onClose: () => void }) {
  const t = useT()
  const go = useGo()
  const create = useCreate('call_queues')
  const form = useForm({ initialValues: { name: '', strategy: 'ringall' } })
  return (
    <RecordDialog
      opened
      title={t('live.new_queue')}
      confirm={t('shell.create')}
      form={form}
      onClose={onClose}
      submit={async (body, key) => {
        const made = await create.mutateAsync({ body, key })
        form.resetDirty()
        setTimeout(() => void go(`/call_queues/${made.id}?tab=settings`)) // once the form no longer holds the page
      }}
    >
      <TextInput label={t('live.name')} maxLength={100} required data-autofocus {...form.getInputProps('name')} name="name" />
      <Select label={t('live.strategy')} data={choices('strategy', strategies)} allowDeselect={false} {...form.getInputProps('strategy')} name="strategy" />
    </RecordDialog>
  )
}
