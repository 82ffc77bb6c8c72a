import { Grid, Select, Text, TextInput, type TextInputProps } from '@mantine/core'
import type { components } from '~/api/schema'
import { useT, type TextKey } from '~/i18n'
import { countries } from './choices'

/** Address is a civic address as the API shows it. */
export type Address = components['schemas']['Address']

/** AddressValues are those a form holds: all texts, the rest of the address untouched. */
export type AddressValues = Record<(typeof addressFields)[number]['name'], string>

const addressFields = [
  { name: 'house_number', span: 3 },
  { name: 'house_suffix', span: 3 },
  { name: 'pre_directional', span: 3 },
  { name: 'street', span: 6 },
  { name: 'street_suffix', span: 3 },
  { name: 'post_directional', span: 3 },
  { name: 'unit', span: 3 },
  { name: 'building', span: 3 },
  { name: 'city', span: 6 },
  { name: 'state', span: 6 },
  { name: 'zip', span: 6 },
  { name: 'country', span: 6 },
  { name: 'additional_info', span: 12 },
] as const

/** addressValues are a form's values of an address, or those of none in a country. */
export function addressValues(address: Partial<Address> | null | undefined, country: string): AddressValues {
  const values = addressFields.map(({ name }) => [name, String(address?.[name] ?? (name === 'country' ? country : ''))])
  return Object.fromEntries(values) as AddressValues
}

interface Props {
  /** The form's getInputProps for a field of the address: 'street'. */
  input: (name: string) => TextInputProps
}

const required = new Set<string>(['house_number', 'street', 'city', 'state', 'zip', 'country'])

/** AddressFields are the inputs of a civic address. */
export function AddressFields({ input }: Props) {
  const t = useT()
  return (
    <Grid gap="sm">
      {addressFields.map(({ name, span }) => {
        const { onChange, value, ...rest } = input(name)
        const label = t(`settings.address_${name}` as TextKey)
        return (
          <Grid.Col key={name} span={{ base: span === 12 ? 12 : 6, xs: span }}>
            {name === 'country' ? (
              <Select
                label={label}
                data={countries(String(value ?? ''))}
                searchable
                value={String(value ?? '')}
                onChange={(v) => (onChange as unknown as (v: string) => void)(v ?? '')}
                error={rest.error}
                data-path={(rest as Record<string, string>)['data-path']}
                withAsterisk
              />
            ) : (
              <TextInput label={label} value={value} onChange={onChange} withAsterisk={required.has(name)} {...rest} />
            )}
          </Grid.Col>
        )
      })}
    </Grid>
  )
}

/** addressLines writes an address as on an envelope. */
export function addressLines(a: Partial<Address>): string[] {
  const words = (...list: (string | undefined)[]) => list.filter(Boolean).join(' ')
  return [
    words(`${a.house_number ?? ''}${a.house_suffix ? ` ${a.house_suffix}` : ''}`, a.pre_directional, a.street, a.street_suffix, a.post_directional),
    [a.building, a.unit, a.additional_info].filter(Boolean).join(', '),
    words([a.city, a.state].filter(Boolean).join(', '), a.zip),
    a.country ?? '',
  ].filter(Boolean)
}

/** AddressText shows an address in lines. */
export function AddressText({ address }: { address: Partial<Address> }) {
  return (
    <Text component="address" size="sm" fs="normal">
      {addressLines(address).map((line) => (
        <span key={line} style={{ display: 'block' }}>
          {line}
        </span>
      ))}
    </Text>
  )
}
