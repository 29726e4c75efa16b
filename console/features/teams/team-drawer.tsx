import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { withNamed } from '../../data/allowance.ts';
import { useMe } from '../../data/me.ts';
import {
  blockTeam,
  deleteTeam,
  type ShownTeam,
  teamName,
  useLeads,
  useTeam,
} from '../../data/teams.ts';
import { Confirm, type Question } from '../../ui/confirm.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Facts } from '../../ui/facts.tsx';
import { useFormat } from '../../ui/format.ts';
import { KeyLinks } from '../../ui/key-links.tsx';
import { LimitsText } from '../../ui/limits-text.tsx';
import { SideDrawer } from '../../ui/side-drawer.tsx';
import { SpenderBar } from '../../ui/spender-bar.tsx';
import { Members } from './members.tsx';

interface TeamDrawerProps {
  readonly id: string | undefined;
  readonly close: () => void;
  readonly change: (team: ShownTeam) => void;
}

/** One team: what it may and has spent, who is in it, and its keys. */
export const TeamDrawer = ({ id, close, change }: TeamDrawerProps) => {
  const { t } = useTranslation();
  const team = useTeam(id);
  const { isAdmin, managesOwn } = useMe();
  const leads = useLeads();
  return (
    <SideDrawer title={t('teams.one')} isOpen={id !== undefined} close={close} of={team}>
      {team.data && (
        <Stack gap="lg">
          <Head of={team.data.team_info} close={close} change={change} />
          <section>
            <Title order={3} size="h6" mb="xs">
              {t('teams.members')}
            </Title>
            <Members
              team={team.data.team_info}
              mayManage={isAdmin || (managesOwn && leads(team.data.team_info.team_id))}
            />
          </section>
          <KeyLinks keys={team.data.keys} />
        </Stack>
      )}
    </SideDrawer>
  );
};

const Head = ({ of, close, change }: Omit<TeamDrawerProps, 'id'> & { of: ShownTeam }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const { isAdmin } = useMe();
  const allowance = withNamed(of);
  const name = teamName(of);
  return (
    <>
      <Title order={3} size="h4" style={{ overflowWrap: 'anywhere' }}>
        {name}
      </Title>
      <SpenderBar label={name} of={of} />
      {isAdmin && <Actions of={of} close={close} change={() => change(of)} />}
      <Group gap="md">
        <Anchor
          component={Link}
          to="/requests"
          search={{ of: 'history', team: of.team_id } as never}
          size="sm"
        >
          {t('teams.itsRequests')}
        </Anchor>
        <Anchor
          component={Link}
          to="/usage"
          search={{ team: of.team_id, by: 'user' } as never}
          size="sm"
        >
          {t('teams.itsUsage')}
        </Anchor>
      </Group>
      <Facts
        rows={[
          [t('teams.id'), of.team_id],
          [t('keys.models'), of.models?.length ? of.models.join(', ') : t('keys.allModels')],
          [t('keys.column.limits'), <LimitsText key="limits" of={allowance} />],
          [t('keys.spentEver'), format.cost(of.total_spend)],
          [
            t('teams.memberBudget'),
            typeof of.team_member_budget === 'number'
              ? format.money(of.team_member_budget)
              : t('allowance.none'),
          ],
        ]}
      />
      {of.blocked && (
        <Text size="sm" c="var(--bad)">
          {t('teams.isBlocked')}
        </Text>
      )}
    </>
  );
};

const Actions = ({
  of,
  close,
  change,
}: {
  of: ShownTeam;
  close: () => void;
  change: () => void;
}) => {
  const { t } = useTranslation();
  const [question, setQuestion] = useState<Question>();
  const blocking = useMutation({ mutationFn: () => blockTeam(of.team_id, !of.blocked) });
  const askDelete = (): void =>
    setQuestion({
      title: t('keys.deleteTitle', { name: teamName(of) }),
      text: t('teams.deleteText'),
      verb: t('form.delete'),
      act: () => deleteTeam(of.team_id).then(close),
    });
  return (
    <Group gap="xs">
      <Button size="compact-sm" onClick={change}>
        {t('form.change')}
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        loading={blocking.isPending}
        onClick={() => blocking.mutate()}
      >
        {t(of.blocked ? 'keys.unblock' : 'keys.block')}
      </Button>
      <Button size="compact-sm" variant="light" color="red" c="var(--bad)" onClick={askDelete}>
        {t('form.delete')}
      </Button>
      {blocking.isError && <ErrorNote error={blocking.error} />}
      <Confirm of={question} close={() => setQuestion(undefined)} />
    </Group>
  );
};
