import { Button, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { problemOf } from '~/api/problem'
import { useAction, usePatch, useRecord, useRemove } from '~/api/records'
import { usePagePath } from '~/app/account'
import { ProblemPage } from '~/app/problem'
import { May } from '~/parts/May'
import { useT } from '~/i18n'
import { ConfirmDialog, DeleteDialog } from '~/parts/ConfirmDialog'
import { PageHeader } from '~/parts/PageHeader'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { Loading } from './loading'
import { OnceDialog } from './once-dialog'
import { useOpened } from './record-form'
import { RowMenu } from './row-menu'
import { Deliveries } from './webhook-deliveries'
import { WebhookDialog, type Hook } from './webhook-dialog'
import { HookStatus } from './webhooks'

/** WebhookPage is one webhook with what became of its events. */
export default function WebhookPage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string }
  const hook = useRecord('webhooks', id)
  if (hook.isPending) return <Loading />
  if (!hook.data) return <ProblemPage problem={problemOf(hook.error)} />
  return <Page hook={hook.data} />
}

function Page({ hook }: { hook: Hook }) {
  const t = useT()
  const opened = useOpened<Hook>('webhooks')
  const navigate = useNavigate()
  const page = usePagePath()
  const patch = usePatch<'webhooks', Hook>('webhooks')
  const remove = useRemove('webhooks')
  const test = useAction([`webhooks/${hook.id}/deliveries`])
  const [asking, setAsking] = useState<'secret' | 'delete' | null>(null)
  const [secret, setSecret] = useState('')
  const close = () => setAsking(null)

  return (
    <>
      <PageHeader
        title={hook.url}
        text={hook.description}
        trail={[{ to: '/webhooks', label: t('people.hook_title') }]}
        badges={<HookStatus enabled={hook.enabled} />}
        actions={
          <>
            <May do="webhook.test">
              <Button
                variant="default"
                loading={test.isPending}
                onClick={() =>
                  test.mutate({ path: `webhooks/${hook.id}/test` }, { onSuccess: () => notifications.show({ message: t('people.hook_tested') }) })
                }
              >
                {t('people.hook_test')}
              </Button>
            </May>
            <RowMenu
              name={hook.url}
              actions={[
                { label: t('shell.edit'), may: 'webhook.update', run: () => opened.open(hook) },
                { label: t('people.hook_secret_new'), may: 'webhook.update', run: () => setAsking('secret') },
                { label: t('shell.delete'), danger: true, may: 'webhook.delete', run: () => setAsking('delete') },
              ]}
            />
          </>
        }
      />
      <ProblemAlert problem={test.error && problemOf(test.error)} />
      <Text size="sm" mb="md">
        {t('people.hook_events')}: {hook.events.join(', ')}
      </Text>
      <Deliveries webhook={hook.id} />
      {opened.record && <WebhookDialog key={hook.id} record={opened.record} onSecret={setSecret} onClose={opened.close} />}
      {secret && <OnceDialog title={t('people.hook_secret')} text={t('people.hook_once_text')} label={t('people.hook_secret')} value={secret} onClose={() => setSecret('')} />}
      <ConfirmDialog
        opened={asking === 'secret'}
        title={t('people.hook_secret_new')}
        confirm={t('people.hook_secret_new')}
        danger
        onConfirm={async () => {
          const saved = await patch.mutateAsync({ record: hook, changes: { secret: null } })
          close()
          if (saved.secret) setSecret(saved.secret)
        }}
        onClose={close}
      >
        {t('people.hook_secret_new_text')}
      </ConfirmDialog>
      <DeleteDialog
        name={asking === 'delete' ? hook.url : null}
        onDelete={async () => {
          await remove.mutateAsync(hook)
          void navigate({ to: page('/webhooks'), replace: true } as Parameters<typeof navigate>[0])
        }}
        onClose={close}
      />
    </>
  )
}
