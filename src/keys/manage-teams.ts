import { SpillwayError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import type { z } from '#core/schema.ts';
import type { Allowance, memberSchema, TeamRow } from '#keys/fields.ts';
import { shownMetadata } from '#keys/in-metadata.ts';
import { deleteKeysOf } from '#keys/manage-keys.ts';
import { changeRow, demandRows, removeRows, type Subject } from '#keys/manage-people.ts';
import { demand, mayManageMembers, mayReadTeam, notYours } from '#keys/ownership.ts';
import { type Principal, seesAll } from '#keys/principal.ts';
import { type Registry, shownRow } from '#keys/registry.ts';

export type Member = z.infer<typeof memberSchema>;

const MOST_MEMBERS = 10_000;

export const teamsOf = ({ directory }: Registry): Subject<TeamRow> => ({
  roll: directory.teams,
  word: 'team',
  name: 'teams',
});

export const shownTeam = (registry: Registry, row: TeamRow): JsonObject => ({
  ...shownRow(registry, row, { kind: 'team', id: row.team_id }),
  ...shownMetadata(row),
});

export const readableTeam = (registry: Registry, principal: Principal, id: string): TeamRow => {
  const team = registry.directory.teams.get(id);
  if (team && mayReadTeam(principal, team)) return team;
  throw notYours('team', id);
};

const managed = (registry: Registry, principal: Principal, id: string): TeamRow => {
  const team = readableTeam(registry, principal, id);
  demand(
    mayManageMembers(principal, team),
    'Only a proxy admin or an admin of this team may change who is in it.',
  );
  return team;
};

/** Teams that somebody may join, and has not. */
export const joinableTeams = (
  { directory, availableTeams }: Registry,
  { userId }: Principal,
): readonly TeamRow[] =>
  availableTeams.flatMap((id) => {
    const team = directory.teams.get(id);
    const isIn = (team?.members_with_roles ?? []).some(({ user_id: user }) => user === userId);
    return team && !(userId !== undefined && isIn) ? [team] : [];
  });

/** The team that somebody adds themselves to, and nobody else, as a member like others. */
const joined = (
  registry: Registry,
  principal: Principal,
  { teamId, members }: { readonly teamId: string; readonly members: readonly Member[] },
): TeamRow | undefined => {
  const { userId, role } = principal;
  if (userId === undefined || role !== 'internal_user') return undefined;
  const isSelf = (one: Member): boolean =>
    one.user_id === userId && !one.user_email && one.role === 'user';
  if (!members.every(isSelf)) return undefined;
  return joinableTeams(registry, principal).find(({ team_id: id }) => id === teamId);
};

const isSame = (a: Member, b: Member): boolean =>
  (!!a.user_id && a.user_id === b.user_id) || (!!a.user_email && a.user_email === b.user_email);

/** Who is named by an address is known by an id, to those who may see everybody. */
const withId = ({ directory }: Registry, principal: Principal, member: Member): Member => {
  if (member.user_id || !seesAll(principal)) return member;
  const { user_email: email } = member;
  const user = [...directory.users.all()].find((one) => !!email && one.user_email === email);
  return user ? { ...member, user_id: user.user_id } : member;
};

/** Adds members; who is there already gets the role that is named. What they may spend, an admin says. */
export const addMembers = async (
  registry: Registry,
  principal: Principal,
  of: {
    readonly teamId: string;
    readonly members: readonly Member[];
    readonly allowance?: Allowance;
  },
): Promise<TeamRow> => {
  const team = joined(registry, principal, of) ?? managed(registry, principal, of.teamId);
  for (const { user_id: id, user_email: email } of of.members)
    if (!id && !email)
      throw new SpillwayError('invalid_request', '`user_id` or `user_email` is required.', {
        param: 'member',
      });
  demand(
    of.allowance === undefined || principal.role === 'proxy_admin',
    'Only a proxy admin may say what a member may spend.',
  );
  const added = of.members.map((member) => withId(registry, principal, member));
  const known = (team.members_with_roles ?? []).filter(
    (one) => !added.some((each) => isSame(one, each)),
  );
  const all = [...known, ...added];
  if (all.length > MOST_MEMBERS)
    throw new SpillwayError('invalid_request', `A team has at most ${MOST_MEMBERS} members.`);
  const allowances = { ...team.member_allowances };
  for (const { user_id: id } of added) if (id && of.allowance) allowances[id] = of.allowance;
  return changeRow(registry, principal, {
    subject: teamsOf(registry),
    id: team.team_id,
    fields: { members_with_roles: all, member_allowances: allowances },
  });
};

/** Whoever comes back later begins as others do. */
const allowancesWithout = (team: TeamRow, gone: readonly string[]) =>
  Object.fromEntries(
    Object.entries(team.member_allowances ?? {}).filter(([id]) => !gone.includes(id)),
  );

/** Takes users out of every team: whoever is given such an id later has no part in them. */
export const leaveTeams = async (
  registry: Registry,
  principal: Principal,
  ids: readonly string[],
): Promise<void> => {
  const isGone = ({ user_id: id }: Member): boolean => !!id && ids.includes(id);
  const theirs = [...registry.directory.teams.all()].filter(
    ({ members_with_roles: members, member_allowances: allowances }) =>
      (members ?? []).some(isGone) || Object.keys(allowances ?? {}).some((id) => ids.includes(id)),
  );
  for (const team of theirs)
    await changeRow(registry, principal, {
      subject: teamsOf(registry),
      id: team.team_id,
      fields: {
        members_with_roles: (team.members_with_roles ?? []).filter((one) => !isGone(one)),
        member_allowances: allowancesWithout(team, ids),
      },
    });
};

/** With the keys that they have of the team. */
export const removeMember = async (
  registry: Registry,
  principal: Principal,
  of: { readonly teamId: string; readonly member: Member },
): Promise<TeamRow> => {
  const team = managed(registry, principal, of.teamId);
  const members = team.members_with_roles ?? [];
  const left = members.filter((one) => !isSame(one, of.member));
  if (left.length === members.length)
    throw notYours('member', of.member.user_id ?? of.member.user_email ?? '');
  const gone = members
    .filter((one) => isSame(one, of.member))
    .flatMap(({ user_id: id }) => (id ? [id] : []));
  const row = await changeRow(registry, principal, {
    subject: teamsOf(registry),
    id: team.team_id,
    fields: {
      members_with_roles: left,
      // Who leads a team would lift a bound by taking a member out and in again.
      ...(principal.role === 'proxy_admin' && {
        member_allowances: allowancesWithout(team, gone),
      }),
    },
  });
  const admin = { ...principal, role: 'proxy_admin' } as const;
  await deleteKeysOf(
    registry,
    admin,
    ({ team_id: id, user_id: user }) => id === team.team_id && gone.includes(user ?? ''),
  );
  return row;
};

/**
 * With the keys of the teams: they would open on without their limits. Throws SpillwayError `not_found`
 * where one of them is not there; then all stay as they are.
 */
export const deleteTeams = async (
  registry: Registry,
  principal: Principal,
  ids: readonly string[],
): Promise<void> => {
  const subject = teamsOf(registry);
  demandRows(subject, ids);
  await deleteKeysOf(registry, principal, ({ team_id: id }) => ids.includes(id ?? ''));
  await removeRows(registry, principal, { subject, ids });
};
