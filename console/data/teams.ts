import { useQuery } from '@tanstack/react-query';
import type { Spender } from './allowance.ts';
import { ask } from './api.ts';
import { useMe } from './me.ts';

interface Member {
  readonly user_id?: string | null;
  readonly user_email?: string | null;
  readonly role: 'admin' | 'user';
}

interface ShownTeam extends Spender {
  readonly team_id: string;
  readonly team_alias?: string | null;
  readonly models?: readonly string[] | null;
  readonly blocked?: boolean | null;
  readonly members_with_roles?: readonly Member[] | null;
  readonly team_member_budget?: number | null;
}

const useTeams = () => {
  const { keeps } = useMe();
  return useQuery({
    queryKey: ['teams'],
    enabled: keeps,
    queryFn: () => ask<readonly ShownTeam[]>('/team/list'),
  });
};

const teamName = ({ team_id: id, team_alias: alias }: ShownTeam): string => alias || id;

/** What a team is called, by its id. */
export const useTeamNames = (): ((id: string) => string) => {
  const { data } = useTeams();
  const names = new Map(data?.map((team) => [team.team_id, teamName(team)]));
  return (id) => names.get(id) ?? id;
};

/** Whether whoever asks leads a team. */
export const useLeads = (): ((team: string | null) => boolean) => {
  const { data } = useTeams();
  const { userId } = useMe();
  return (team) =>
    userId !== undefined &&
    data
      ?.find(({ team_id: id }) => id === team)
      ?.members_with_roles?.some((one) => one.user_id === userId && one.role === 'admin') === true;
};

/** For choosing one. */
export const useTeamChoice = (): { value: string; label: string }[] =>
  (useTeams().data ?? []).map((team) => ({ value: team.team_id, label: teamName(team) }));
