import { Button, Card, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { problemOf } from '~/api/problem'
import { useAction } from '~/api/records'
import { notifications } from '@mantine/notifications'
import { useMay } from '~/app/session'
import { useT } from '~/i18n'
import { ConfirmDialog } from '~/parts/ConfirmDialog'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { invitationOf, type Invited } from './invitation-result'
import { InvitedDialog } from './invited-dialog'
import type { User } from './user-record'
import { LoginBadge } from './users'

/** UserLogin lets a user come to the page, and ends his sessions. */
export function UserLogin({ user }: { user: User }) {
  const t = useT()
  const may = useMay()
  const act = useAction(['users'])
  const [invited, setInvited] = useState<Invited | null>(null)
  const [signingOut, setSigningOut] = useState(false)
  const none = (user.login ?? 'none') === 'none'

  async function invite() {
    try {
      const invitation = invitationOf(await act.mutateAsync({ path: `users/${user.id}/invite` }))
      if (invitation) setInvited({ email: user.email, invitation })
    } catch {
      // told by the alert
    }
  }

  return (
    <Card withBorder maw={640}>
      <Stack>
        <Group>
          <LoginBadge user={user} />
        </Group>
        <Text size="sm">{t('people.user_invite_text', { name: user.name })}</Text>
        <ProblemAlert problem={act.error && problemOf(act.error)} />
        <Group>
          {may('user.invite') && (
            <Button loading={act.isPending} onClick={() => void invite()}>
              {t(none ? 'people.user_invite' : 'people.user_reinvite')}
            </Button>
          )}
          {may('user.sign_out') && !none && (
            <Button variant="default" onClick={() => setSigningOut(true)}>
              {t('people.user_signout')}
            </Button>
          )}
        </Group>
      </Stack>
      {invited && <InvitedDialog invited={invited} onClose={() => setInvited(null)} />}
      <ConfirmDialog
        opened={signingOut}
        title={t('people.user_signout')}
        confirm={t('people.user_signout')}
        danger
        onConfirm={async () => {
          await act.mutateAsync({ path: `users/${user.id}/sign_out` })
          setSigningOut(false)
          notifications.show({ message: t('people.user_signedout') })
        }}
        onClose={() => setSigningOut(false)}
      >
        {t('people.user_signout_text', { name: user.name })}
      </ConfirmDialog>
    </Card>
  )
}
