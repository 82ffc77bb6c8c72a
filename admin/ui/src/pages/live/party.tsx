import { Text } from '@mantine/core'
import { useT } from '~/i18n'
import { Phone } from '~/parts/Phone'

/** Party is one end of a call: the name, and the number or extension under it. */
export function Party({ number, name }: { number: string; name?: string }) {
  const t = useT()
  if (!number && !name) return <Text size="sm" c="dimmed">{t('live.withheld')}</Text>
  if (!name || name === number) return <Phone number={number} />
  return (
    <>
      <Text size="sm">{name}</Text>
      <Text size="xs" c="dimmed">
        <Phone number={number} />
      </Text>
    </>
  )
}
