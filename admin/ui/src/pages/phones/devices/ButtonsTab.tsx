import { Anchor, Button, Group, Stack, Table, Text, UnstyledButton } from '@mantine/core'
import { Undo2, X } from 'lucide-react'
import { useState } from 'react'
import { send } from '~/api/client'
import { newKey } from '~/api/key'
import { problemOf } from '~/api/problem'
import { refresh, useAll, usePath, useRecord } from '~/api/records'
import { useQueryClient } from '@tanstack/react-query'
import { PageLink } from '~/app/account'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { useSave } from '~/parts/useSave'
import { ButtonDialog } from '../buttons/ButtonDialog'
import { keyOf, tidy, type Button as Key } from '../buttons/button'
import { iconOf, typeName } from '../buttons/icons'
import { TypeLabel } from '../buttons/Palette'
import { stateOf, useSourceName, Verdict, type EffectiveKey } from '../buttons/Verdict'
import { keyText, placeName } from '../buttons/words'
import { pageOf, placeKey, type Place } from '../drawing/keys'
import { KeySlot } from '../drawing/KeySlot'
import { PhoneKeys, usePages } from '../drawing/PhoneKeys'
import { hasKeys, modelNamed, useModels } from '../models'
import { modelOf, nameOf, type Device } from './device'

/** ButtonsTab are the keys the phone really has, drawn on it, each with where it comes from and whether it works. */
export function ButtonsTab({ device }: { device: Device }) {
  const t = useT()
  const models = useModels()
  const effective = useAll<string, EffectiveKey>(`devices/${device.id}/buttons`, {})
  const template = useRecord('button_templates', device.button_template)
  const { pages, show } = usePages()
  const [open, setOpen] = useState<Place | null>(null)
  const sourceName = useSourceName()
  const allowed = useMay()('button_override.create')
  const problem = effective.error ?? models.error
  const model = models.data && modelNamed(models.data, modelOf(device))
  const keys = effective.data ?? []
  const at = new Map(keys.map((k) => [keyOf(k), k]))
  return (
    <Stack>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {t('phones.buttons_text')}
        </Text>
        {template.data ? (
          <Anchor component={PageLink} to={`/button_templates/${template.data.id}?model=${encodeURIComponent(model?.model ?? '')}`} size="sm">
            {t('phones.template')}: {template.data.name}
          </Anchor>
        ) : (
          <Text size="sm">{t('phones.no_template')}</Text>
        )}
      </Group>
      <ProblemAlert problem={problem && problemOf(problem)} />
      {model && hasKeys(model) && (
        <PhoneKeys
          model={model}
          modules={device.expansion_modules ?? []}
          pages={pages}
          onPage={show}
          title={nameOf(device)}
          slot={(slot) => {
            const k = at.get(placeKey(slot.place))
            const place = placeName(t, slot.place)
            const state = stateOf(k)
            const text = k ? (k.source === 'suppressed' ? t('phones.source_suppressed') : keyText(k)) : ''
            return (
              <KeySlot
                side={slot.side}
                state={state}
                text={k ? text : String(slot.place.position)}
                icon={k && iconOf(k.type)}
                disabled={!allowed && !k}
                aria-label={k ? t(state === 'problem' ? 'phones.key_spoken_problem' : 'phones.key_spoken', { place, text, type: [typeName(k.type), k.source === 'suppressed' ? '' : sourceName(k.source)].filter(Boolean).join(', ') }) : t(allowed ? 'phones.key_spoken_add' : 'phones.key_spoken_empty', { place })}
                title={k?.reason || text || undefined}
                onClick={() => setOpen(slot.place)}
              />
            )
          }}
        />
      )}
      {model && !hasKeys(model) && <Text c="dimmed">{t('phones.no_drawn_keys')}</Text>}
      {keys.length > 0 && (
        <Table.ScrollContainer minWidth={300} tabIndex={0} role="region" aria-label={t('phones.key_list')}>
          <Table verticalSpacing={6} aria-label={t('phones.key_list')}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('phones.place')}</Table.Th>
                <Table.Th>{t('phones.type')}</Table.Th>
                <Table.Th visibleFrom="sm">{t('phones.label')}</Table.Th>
                <Table.Th visibleFrom="sm">{t('phones.source')}</Table.Th>
                <Table.Th>{t('phones.verdict')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {keys.map((k) => {
                const place = { module: k.module ?? 0, position: k.position }
                return (
                  <Table.Tr key={keyOf(k)}>
                    <Table.Td>
                      <UnstyledButton
                        className="row-link"
                        fz="sm"
                        onClick={() => {
                          if (model) show(place.module, pageOf(model, place))
                          setOpen(place)
                        }}
                      >
                        {placeName(t, place)}
                      </UnstyledButton>
                    </Table.Td>
                    <Table.Td>
                      <Group gap={6} wrap="nowrap">
                        {k.type ? <TypeLabel type={k.type} /> : '–'}
                      </Group>
                      <Text size="xs" c="dimmed" hiddenFrom="sm">
                        {[k.label, sourceName(k.source)].filter(Boolean).join(' · ')}
                      </Text>
                    </Table.Td>
                    <Table.Td visibleFrom="sm" style={{ overflowWrap: 'anywhere' }}>
                      {k.label}
                    </Table.Td>
                    <Table.Td visibleFrom="sm">{sourceName(k.source)}</Table.Td>
                    <Table.Td miw={112}>{k.source !== 'suppressed' && <Verdict verdict={k.verdict} reason={k.reason} />}</Table.Td>
                  </Table.Tr>
                )
              })}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {open && <Override key={placeKey(open)} device={device} at={open} current={at.get(placeKey(open))} readOnly={!allowed} onClose={() => setOpen(null)} />}
    </Stack>
  )
}

interface OverrideProps {
  device: Device
  at: Place
  current: EffectiveKey | undefined
  readOnly: boolean
  onClose: () => void
}

/** Override is what one phone does differently at one key: another key, none, or the template's again. */
function Override({ device, at, current, readOnly, onClose }: OverrideProps) {
  const t = useT()
  const sourceName = useSourceName()
  const path = usePath(`devices/${device.id}/button_overrides`)
  const devices = usePath('devices')
  const client = useQueryClient()
  const { busy, run, problem } = useSave()
  const own = (device.button_overrides ?? []).find((b) => placeKey({ module: b.module ?? 0, position: b.position }) === placeKey(at)) as Key | undefined
  const done = async () => {
    await refresh(client, `${devices}/${device.id}/buttons`)
    await refresh(client, devices)
  }
  const put = async (body: Key) => {
    await send('POST', path, { body, revision: device.revision, idempotencyKey: newKey() })
    await done()
  }
  const suppress = () => run(async () => {
    await put({ ...tidyPlace(at), suppressed: true })
    onClose()
  })
  const restore = () => run(async () => {
    await send('DELETE', `${path}/${at.position}${at.module > 0 ? `?module=${at.module}` : ''}`, { revision: device.revision })
    await done()
    onClose()
  })
  const begin: Key = own && !own.suppressed ? own : current?.type ? { ...tidyPlace(at), type: current.type, label: own?.label ?? '', target: current.target } : { ...tidyPlace(at), type: 'speed_dial' }
  const fromTemplate = current?.source === 'template' || current?.source === 'model_default'
  return (
    <ButtonDialog
      title={placeName(t, at)}
      button={begin}
      modules={0}
      movable={false}
      readOnly={readOnly}
      confirm={t('phones.replace_key')}
      submit={(b) => put(tidy({ ...b, ...at }))}
      onClose={onClose}
    >
      {current && (
        <Group gap="xs">
          <Text size="sm">{t('phones.key_is', { text: current.source === 'suppressed' ? t('phones.source_suppressed') : `${keyText(current)} (${sourceName(current.source)})` })}</Text>
          {current.source !== 'suppressed' && <Verdict verdict={current.verdict} reason={current.reason} />}
        </Group>
      )}
      {current?.reason && current.source !== 'suppressed' && (
        <Text size="sm" c="dimmed">
          {current.reason}
        </Text>
      )}
      <ProblemAlert problem={problem} />
      {!readOnly && (own || fromTemplate) && (
        <Group gap="xs">
          {own && (
            <Button variant="default" leftSection={<Undo2 size={16} aria-hidden />} onClick={restore} loading={busy}>
              {t(current?.source === 'override' ? 'phones.remove_override' : 'phones.restore_key')}
            </Button>
          )}
          {!own?.suppressed && (
            <Button variant="default" leftSection={<X size={16} aria-hidden />} onClick={suppress} loading={busy}>
              {t('phones.suppress_key')}
            </Button>
          )}
        </Group>
      )}
    </ButtonDialog>
  )
}

const tidyPlace = (at: Place): { position: number; module?: number } => (at.module > 0 ? { ...at } : { position: at.position })
