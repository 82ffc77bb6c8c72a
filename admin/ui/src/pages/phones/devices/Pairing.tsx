import { Anchor, Button, Group, Input, NumberInput, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { usePatch, useRecord } from '~/api/records'
import { PageLink } from '~/app/account'
import { useT } from '~/i18n'
import { ConfirmDialog } from '~/parts/ConfirmDialog'
import { May } from '~/parts/May'
import { RecordDialog } from '~/parts/RecordDialog'
import { ReferencePicker } from '~/parts/ReferencePicker'
import { picked } from '../picked'
import { nameOf, type Device } from './device'

/** Pairing says at which base a handset is, and changes base and slot together. */
export function Pairing({ handset }: { handset: Device }) {
  const t = useT()
  const [asking, setAsking] = useState<'pair' | 'unpair' | null>(null)
  const base = useRecord<'devices', Device>('devices', handset.base).data
  const close = () => setAsking(null)
  return (
    <Input.Wrapper label={t('phones.base')} labelElement="div" description={t('phones.pairing_text')}>
      <Group gap="sm" mt={6}>
        {handset.base ? (
          <Text size="sm">
            <Anchor component={PageLink} to={`/devices/${handset.base}`}>
              {base ? nameOf(base) : '…'}
            </Anchor>
            {`, ${t('phones.slot_of_base', { slot: handset.slot })}`}
          </Text>
        ) : (
          <Text size="sm">{t('phones.not_paired')}</Text>
        )}
        <May do="device.update">
          <Button size="compact-sm" variant="default" onClick={() => setAsking('pair')}>
            {t(handset.base ? 'phones.pair_anew' : 'phones.pair')}
          </Button>
          {handset.base && (
            <Button size="compact-sm" variant="default" onClick={() => setAsking('unpair')}>
              {t('phones.unpair')}
            </Button>
          )}
        </May>
      </Group>
      {asking === 'pair' && <PairDialog handset={handset} onClose={close} />}
      {asking === 'unpair' && <UnpairDialog handset={handset} onClose={close} />}
    </Input.Wrapper>
  )
}

interface Props {
  handset: Device
  onClose: () => void
}

function PairDialog({ handset, onClose }: Props) {
  const t = useT()
  const patch = usePatch<'devices', Device>('devices')
  const form = useForm<{ base: string | null; slot: number | string }>({
    initialValues: { base: handset.base ?? null, slot: handset.slot || '' },
    validate: {
      base: (v) => (v ? null : t('phones.fault_required')),
      slot: (v) => (v === '' ? t('phones.fault_required') : null),
    },
  })
  return (
    <RecordDialog
      opened
      title={t('phones.pair')}
      form={form}
      onClose={onClose}
      submit={({ base, slot }) => patch.mutateAsync({ record: handset, changes: { base, slot: Number(slot) } })}
    >
      <ReferencePicker label={t('phones.base')} required collection="devices" query={{ type: 'dect_base' }} show={(r) => nameOf(r as unknown as Device)} {...picked(form, 'base')} />
      <NumberInput label={t('phones.place_at_base')} description={t('phones.pair_slot_text')} required min={1} max={1000} allowDecimal={false} {...form.getInputProps('slot')} />
    </RecordDialog>
  )
}

function UnpairDialog({ handset, onClose }: Props) {
  const t = useT()
  const patch = usePatch<'devices', Device>('devices')
  return (
    <ConfirmDialog
      opened
      title={t('phones.unpair')}
      confirm={t('phones.unpair')}
      onConfirm={async () => {
        await patch.mutateAsync({ record: handset, changes: { base: null, slot: null } })
        onClose()
      }}
      onClose={onClose}
    >
      {t('phones.unpair_text')}
    </ConfirmDialog>
  )
}
