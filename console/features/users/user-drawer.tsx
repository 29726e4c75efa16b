import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { withNamed } from '../../data/allowance.ts';
import { useMe } from '../../data/me.ts';
import { type ShownTeam, teamName } from '../../data/teams.ts';
import { deleteUser, forgetUser, type ShownUser, useUser } from '../../data/users.ts';
import { Confirm, type Question } from '../../ui/confirm.tsx';
import { Facts } from '../../ui/facts.tsx';
import { useFormat } from '../../ui/format.ts';
import { KeyLinks } from '../../ui/key-links.tsx';
import { LimitsText } from '../../ui/limits-text.tsx';
import { SideDrawer } from '../../ui/side-drawer.tsx';
import { SpenderBar } from '../../ui/spender-bar.tsx';

interface UserDrawerProps {
  readonly id: string | undefined;
  readonly close: () => void;
  readonly change: (user: ShownUser) => void;
}

/** One person: what they may and have spent, their keys and teams. */
export const UserDrawer = ({ id, close, change }: UserDrawerProps) => {
  const { t } = useTranslation();
  const user = useUser(id);
  return (
    <SideDrawer title={t('users.one')} isOpen={id !== undefined} close={close} of={user}>
      {user.data && (
        <Stack gap="lg">
          <Head of={user.data.user_info} close={close} change={change} />
          <KeyLinks keys={user.data.keys} />
          <TeamLinks teams={user.data.teams} />
        </Stack>
      )}
    </SideDrawer>
  );
};

const Head = ({ of, close, change }: Omit<UserDrawerProps, 'id'> & { of: ShownUser }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const { isAdmin } = useMe();
  const allowance = withNamed(of);
  return (
    <>
      <Title order={3} size="h4" style={{ overflowWrap: 'anywhere' }}>
        {of.user_id}
      </Title>
      <SpenderBar label={of.user_id} of={of} />
      {isAdmin && <Actions of={of} close={close} change={() => change(of)} />}
      <Group gap="md">
        <Anchor
          component={Link}
          to="/requests"
          search={{ of: 'history', user: of.user_id } as never}
          size="sm"
        >
          {t('users.theirRequests')}
        </Anchor>
        <Anchor component={Link} to="/usage" search={{ user: of.user_id } as never} size="sm">
          {t('users.theirUsage')}
        </Anchor>
      </Group>
      <Facts
        rows={[
          [t('users.email'), of.user_email ?? '–'],
          [t('users.role'), t(`users.roles.${of.user_role ?? 'internal_user'}`)],
          [t('keys.column.limits'), <LimitsText key="limits" of={allowance} />],
          [t('keys.spentEver'), format.cost(of.total_spend)],
          [t('users.made'), of.created_at ? format.date(of.created_at) : '–'],
        ]}
      />
    </>
  );
};

interface ActionsProps {
  readonly of: ShownUser;
  readonly close: () => void;
  readonly change: () => void;
}

const Actions = ({ of, close, change }: ActionsProps) => {
  const { t } = useTranslation();
  const [question, setQuestion] = useState<Question>();
  const askDelete = (): void =>
    setQuestion({
      title: t('keys.deleteTitle', { name: of.user_id }),
      text: t('users.deleteText'),
      verb: t('form.delete'),
      act: () => deleteUser(of.user_id).then(close),
    });
  const askForget = (): void =>
    setQuestion({
      title: t('users.forgetTitle', { name: of.user_id }),
      text: t('users.forgetText'),
      verb: t('users.forget'),
      act: () => forgetUser(of.user_id),
    });
  return (
    <Group gap="xs">
      <Button size="compact-sm" onClick={change}>
        {t('form.change')}
      </Button>
      <Button size="compact-sm" variant="light" color="red" c="var(--bad)" onClick={askDelete}>
        {t('form.delete')}
      </Button>
      <Button size="compact-sm" variant="default" c="var(--bad)" onClick={askForget}>
        {t('users.forget')}
      </Button>
      <Confirm of={question} close={() => setQuestion(undefined)} />
    </Group>
  );
};

const TeamLinks = ({ teams }: { teams: readonly ShownTeam[] }) => {
  const { t } = useTranslation();
  return (
    <section>
      <Title order={3} size="h6" mb="xs">
        {t('teams.title')}
      </Title>
      {teams.length === 0 ? (
        <Text size="sm" className="soft">
          {t('users.noTeams')}
        </Text>
      ) : (
        <Group gap="sm">
          {teams.map((team) => (
            <Anchor
              key={team.team_id}
              component={Link}
              to="/teams"
              search={{ id: team.team_id } as never}
              size="sm"
            >
              {teamName(team)}
            </Anchor>
          ))}
        </Group>
      )}
    </section>
  );
};
