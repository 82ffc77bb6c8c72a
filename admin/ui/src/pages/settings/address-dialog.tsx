import { Button } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { usePatch } from '~/api/records'
import { useT } from '~/i18n'
import { ConfirmDialog } from '~/parts/ConfirmDialog'
import { RecordDialog } from '~/parts/RecordDialog'
import type { Account } from './account'
import { AddressFields, addressValues } from './address'

/** AddressDialog edits the billing address, or removes it. */
export function AddressDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const t = useT()
  const patch = usePatch<string, Account>('/v1/accounts')
  const [base] = useState(account) // what the change begins with
  const form = useForm({ initialValues: { billing_address: addressValues(base.billing_address, base.region) } })
  const [removing, setRemoving] = useState(false)

  async function remove() {
    await patch.mutateAsync({ record: base, changes: { billing_address: null } })
    onClose()
  }

  // In place of the form, which keeps what was typed.
  if (removing) {
    return (
      <ConfirmDialog opened title={t('settings.remove_address_title')} confirm={t('settings.remove_address')} danger onConfirm={remove} onClose={() => setRemoving(false)}>
        {t('settings.remove_address_text')}
      </ConfirmDialog>
    )
  }
  return (
    <RecordDialog
      opened
      title={t('settings.billing_address')}
      form={form}
      submit={(values) => patch.mutateAsync({ record: base, changes: values })}
      onClose={onClose}
      size="lg"
    >
      <AddressFields input={(name) => form.getInputProps(`billing_address.${name}`)} />
      {base.billing_address && (
        <Button variant="subtle" color="red" size="xs" style={{ alignSelf: 'flex-start' }} onClick={() => setRemoving(true)}>
          {t('settings.remove_address')}
        </Button>
      )}
    </RecordDialog>
  )
}
