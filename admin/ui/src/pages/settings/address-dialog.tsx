import { useForm } from '@mantine/form'
import { useState } from 'react'
import { usePatch } from '~/api/records'
import { useT } from '~/i18n'
import { RecordDialog } from '~/parts/RecordDialog'
import type { Account } from './account'
import { AddressFields, addressValues } from './address'

/** AddressDialog edits the billing address. */
export function AddressDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const t = useT()
  const patch = usePatch<string, Account>('/v1/accounts')
  const [base] = useState(account) // what the change begins with
  const form = useForm({ initialValues: { billing_address: addressValues(base.billing_address, base.region) } })
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
    </RecordDialog>
  )
}
