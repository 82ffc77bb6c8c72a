import { Alert, Anchor, Button, Center, Group, Loader, Menu, Paper, SimpleGrid, Stack, Text } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { Copy, EllipsisVertical, Star, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { problemOf } from '~/api/problem'
import { useAccountRecord, useCreate, useList, usePatch, useRecord, useRemove } from '~/api/records'
import { PageLink, useGo } from '~/app/account'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { DeleteDialog } from '~/parts/ConfirmDialog'
import { PageHeader } from '~/parts/PageHeader'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { StatusBadge } from '~/parts/StatusBadge'
import { TextSetting } from '~/parts/TextSetting'
import { useFields } from '~/parts/fields'
import { useSave } from '~/parts/useSave'
import { useModels } from '../models'
import { Editor } from './Editor'
import { ModelChoice, useChosenModel } from './ModelChoice'
import css from './template.module.css'
import { useDraft, type Template } from './useDraft'

/** TemplatePage is one template: its name, and its keys on a drawn phone. */
export default function TemplatePage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const template = useRecord('button_templates', id)
  const models = useModels()
  const problem = template.error ?? models.error
  if (problem) return <ProblemAlert problem={problemOf(problem)} />
  if (!template.data || !models.data) {
    return (
      <Center h="40vh">
        <Loader />
      </Center>
    )
  }
  return <Loaded key={id} template={template.data as Template} />
}

function Loaded({ template }: { template: Template }) {
  const t = useT()
  const may = useMay()
  const models = useModels().data ?? []
  const users = useList('devices', { button_template: template.id, limit: 100 })
  const chosen = useChosenModel(models, usualModel(users.data?.data ?? []))
  const state = useDraft(template)
  const patch = usePatch('button_templates')
  const { busy, run, problem } = useSave()
  const field = useFields('button_templates', template, 'button_template.update')
  const readOnly = !may('button_template.update')
  const used = users.data?.data?.length ?? 0

  const save = () =>
    run(async () => {
      const saved = await patch.mutateAsync({ record: state.base as never, changes: { buttons: state.toSave() } })
      state.reset(saved as Template)
    })

  return (
    <>
      <PageHeader
        title={template.name}
        trail={[{ to: '/button_templates', label: t('phones.templates') }]}
        badges={<DefaultBadge template={template} />}
        actions={<Actions template={template} />}
      />
      <Stack>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextSetting label={t('phones.name')} maxLength={255} {...field('name')} />
          <TextSetting label={t('phones.description')} {...field('description')} />
        </SimpleGrid>
        <Group justify="space-between" align="flex-end">
          <ModelChoice models={models} chosen={chosen} />
          {may('device.list') && (
            <Anchor component={PageLink} to={`/devices?button_template=${template.id}`} size="sm">
              {users.data?.next ? t('phones.used_by_many', { count: used }) : t('phones.used_by', { count: used })}
            </Anchor>
          )}
        </Group>
        {problem && (problem.errors.length > 0 ? <Refused problem={problem} state={state} /> : <ProblemAlert problem={problem} />)}
        {chosen.model && <Editor name={template.name} {...state} readOnly={readOnly} model={chosen.model} modules={chosen.modules} />}
      </Stack>
      {state.dirty && (
        <Paper withBorder shadow="md" p="sm" className={css.bar} role="region" aria-label={t('phones.unsaved_keys')}>
          <Group justify="space-between" gap="xs">
            <Text size="sm">{t(used > 0 ? 'phones.unsaved_keys_used' : 'phones.unsaved_keys', { count: used })}</Text>
            <Group gap="xs">
              <Button variant="default" onClick={() => state.reset(template)} disabled={busy}>
                {t('shell.cancel')}
              </Button>
              <Button onClick={save} loading={busy}>
                {t('shell.save')}
              </Button>
            </Group>
          </Group>
        </Paper>
      )}
    </>
  )
}

/** Refused names the keys the daemon did not take: the API counts them from 0 in the list that was sent. */
function Refused({ problem, state }: { problem: NonNullable<ReturnType<typeof useSave>['problem']>; state: ReturnType<typeof useDraft> }) {
  const t = useT()
  return (
    <Alert color="red" title={t('phones.keys_refused')} role="alert">
      {problem.errors.map((e) => {
        const index = /^buttons\[(\d+)\]/.exec(e.field)?.[1]
        const b = index === undefined ? undefined : state.draft[Number(index)]
        return (
          <Text size="sm" key={e.field + e.code}>
            <b>{b ? t('phones.key', { position: b.position }) : e.field}</b> {e.detail}
          </Text>
        )
      })}
    </Alert>
  )
}

function DefaultBadge({ template }: { template: Template }) {
  const t = useT()
  const account = useAccountRecord().data
  if (account?.default_button_template !== template.id) return null
  return <StatusBadge tone="good" label={t('phones.default_template')} reason={t('phones.default_template_text')} />
}

function Actions({ template }: { template: Template }) {
  const t = useT()
  const may = useMay()
  const go = useGo()
  const account = useAccountRecord().data
  const patchAccount = usePatch('/v1/accounts')
  const create = useCreate('button_templates')
  const remove = useRemove('button_templates')
  const [deleting, setDeleting] = useState(false)
  const { problem, run } = useSave()
  const isDefault = account?.default_button_template === template.id

  const copy = () =>
    run(async () => {
      const name = t('phones.copy_of', { name: template.name }).slice(0, 255)
      const made = await create.mutateAsync({ body: { name, description: template.description, buttons: template.buttons } })
      void go(`/button_templates/${made.id}`)
    })
  const makeDefault = () =>
    run(() => patchAccount.mutateAsync({ record: account as never, changes: { default_button_template: isDefault ? null : template.id } }))

  if (!may('button_template.create') && !may('button_template.delete')) return null
  return (
    <>
      <ProblemAlert problem={problem} />
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" rightSection={<EllipsisVertical size={16} aria-hidden />}>
            {t('phones.actions')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {may('account.update') && account && (
            <Menu.Item leftSection={<Star size={16} aria-hidden />} onClick={makeDefault}>
              {t(isDefault ? 'phones.unmake_default' : 'phones.make_default')}
            </Menu.Item>
          )}
          {may('button_template.create') && (
            <Menu.Item leftSection={<Copy size={16} aria-hidden />} onClick={copy}>
              {t('phones.duplicate')}
            </Menu.Item>
          )}
          {may('button_template.delete') && (
            <Menu.Item color="red" leftSection={<Trash2 size={16} aria-hidden />} onClick={() => setDeleting(true)}>
              {t('shell.delete')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <DeleteDialog
        name={deleting ? template.name : null}
        onClose={() => setDeleting(false)}
        onDelete={async () => {
          await remove.mutateAsync(template)
          void go('/button_templates')
        }}
      />
    </>
  )
}

/** usualModel is the model most of the devices are. */
function usualModel(devices: { model?: string; reported_model?: string }[]): string {
  const counts = new Map<string, number>()
  for (const d of devices) {
    const name = d.model || d.reported_model
    if (name) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? ''
}
