import { Center, Loader } from '@mantine/core'
import { useT } from '~/i18n'

/** Loading stands where a page will be. */
export function Loading() {
  const t = useT()
  return (
    <Center h="40vh">
      <Loader aria-label={t('shell.loading')} />
    </Center>
  )
}
