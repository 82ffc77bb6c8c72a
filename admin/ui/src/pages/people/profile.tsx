import { Badge, Button, Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useAction, useList } from '~/api/records'
import { problemOf } from '~/api/problem'
import { useSession } from '~/app/session'
import { useT } from '~/i18n'
import { PageHeader } from '~/parts/PageHeader'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { Time } from '~/parts/Time'
import { ChangePassword } from './change-password'
import { roleName } from './roles'

/** OwnSession is one browser the person is logged in with. */
interface OwnSession {
  id: string
  created_at: string
  last_seen_at: string
  ip: string
  user_agent: string
  current?: boolean
}

const sessionsPath = '/v1/session/others'

/** ProfilePage shows who is logged in, where else, and changes the password. */
export default function ProfilePage() {
  const t = useT()
  const { person, role, administrator } = useSession()
  return (
    <>
      <PageHeader title={t('people.profile_title')} />
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Stack>
          <Card withBorder>
            <Title order={2} size="h4" mb="sm">
              {t('people.profile_person')}
            </Title>
            <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
              {person.name}
            </Text>
            <Text c="dimmed" style={{ overflowWrap: 'anywhere' }}>
              {person.email}
            </Text>
            <Group gap="xs" mt="sm">
              {role && <Badge variant="light" tt="none">{roleName(role)}</Badge>}
              {administrator && <Badge variant="light" tt="none">{t('people.role_administrator')}</Badge>}
            </Group>
          </Card>
          <Sessions />
        </Stack>
        <Card withBorder>
          <Title order={2} size="h4" mb="sm">
            {t('people.password_title')}
          </Title>
          <ChangePassword onChange={() => notifications.show({ message: t('people.password_changed') })} />
        </Card>
      </SimpleGrid>
    </>
  )
}

function Sessions() {
  const t = useT()
  const list = useList<typeof sessionsPath, OwnSession>(sessionsPath)
  const end = useAction([sessionsPath])
  const others = list.data?.data.filter((s) => !s.current) ?? []
  return (
    <Card withBorder>
      <Title order={2} size="h4">
        {t('people.profile_sessions')}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t('people.profile_sessions_text')}
      </Text>
      <ProblemAlert problem={end.error && problemOf(end.error)} />
      <ProblemAlert problem={list.error && problemOf(list.error)} />
      <Stack gap="sm" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
        {others.map((s) => (
          <Group key={s.id} component="li" justify="space-between" wrap="nowrap" align="flex-start">
            <div style={{ minWidth: 0 }}>
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                {s.user_agent || s.ip}
              </Text>
              <Text size="xs" c="dimmed">
                {s.ip} · {t('people.profile_seen')} <Time at={s.last_seen_at} />
              </Text>
            </div>
            <Button
              size="xs"
              variant="default"
              style={{ flexShrink: 0 }}
              loading={end.isPending && end.variables?.path.endsWith(s.id)}
              onClick={() => end.mutate({ method: 'DELETE', path: `${sessionsPath}/${encodeURIComponent(s.id)}` })}
            >
              {t('people.profile_end')}
            </Button>
          </Group>
        ))}
      </Stack>
      {list.isSuccess && others.length === 0 && <Text size="sm">{t('people.profile_nobody')}</Text>}
    </Card>
  )
}
