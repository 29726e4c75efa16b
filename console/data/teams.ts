import { useQuery } from '@tanstack/react-query';
import type { Spender } from './allowance.ts';
import { ask, query } from './api.ts';
import { change } from './change.ts';
import type { ShownKey } from './keys.ts';
import { useMe } from './me.ts';

export interface Member {
  readonly user_id?: string | null;
  readonly user_email?: string | null;
  readonly role: 'admin' | 'user';
}

export interface ShownTeam extends Spender {
  readonly team_id: string;
  readonly team_alias?: string | null;
  readonly models?: readonly string[] | null;
  readonly blocked?: boolean | null;
  readonly members_with_roles?: readonly Member[] | null;
  readonly team_member_budget?: number | null;
}

export const useTeams = () => {
  const { keeps } = useMe();
  return useQuery({
    queryKey: ['teams'],
    enabled: keeps,
    queryFn: () => ask<readonly ShownTeam[]>('/team/list'),
  });
};

export const teamName = ({ team_id: id, team_alias: alias }: ShownTeam): string => alias || id;

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

interface TeamInfo {
  readonly team_info: ShownTeam;
  /** For those who manage it. */
  readonly keys: readonly ShownKey[];
}

export const useTeam = (id: string | undefined) =>
  useQuery({
    queryKey: ['teams', 'one', id],
    enabled: id !== undefined,
    queryFn: () => ask<TeamInfo>(`/team/info${query({ team_id: id })}`),
  });

export const makeTeam = (fields: object): Promise<ShownTeam> => change('/team/new', fields);

export const changeTeam = (id: string, fields: object): Promise<unknown> =>
  change('/team/update', { team_id: id, ...fields });

export const deleteTeam = (id: string): Promise<unknown> =>
  change('/team/delete', { team_ids: [id] }, id);

export const blockTeam = (id: string, blocked: boolean): Promise<unknown> =>
  change(`/team/${blocked ? 'block' : 'unblock'}`, { team_id: id });

/** Who is there already gets this role. */
export const addMember = (id: string, member: Member): Promise<unknown> =>
  change('/team/member_add', { team_id: id, member });

export const removeMember = (id: string, { user_id, user_email }: Member): Promise<unknown> =>
  change('/team/member_delete', { team_id: id, user_id, user_email });
