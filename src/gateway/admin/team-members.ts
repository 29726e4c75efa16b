import { SpillwayError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import { fieldsIn } from '#gateway/admin/fields-in.ts';
import {
  memberAllowanceFields,
  dollars,
  memberSchema,
  nameField,
  type TeamRow,
} from '#keys/fields.ts';
import { shownUser } from '#keys/manage-people.ts';
import {
  addMembers,
  type Member,
  readableTeam,
  removeMember,
  shownTeam,
} from '#keys/manage-teams.ts';
import { demand, mayReadUser } from '#keys/ownership.ts';
import type { Principal } from '#keys/principal.ts';
import type { Registry } from '#keys/registry.ts';

/** Members that one request adds at most. */
const MOST_ADDED = 1_000;

const several = z.array(memberSchema).min(1).max(MOST_ADDED);
const memberBody = z.looseObject({
  team_id: nameField,
  member: z.union([memberSchema, several]),
  max_budget_in_team: dollars.nullish(),
});
const bulkBody = z.looseObject({
  team_id: nameField,
  members: several.nullish(),
  all_users: z.boolean().nullish(),
  max_budget_in_team: dollars.nullish(),
});
const whichMember = {
  team_id: nameField,
  user_id: nameField.nullish(),
  user_email: nameField.nullish(),
};

/** LiteLLM's routes for who is in a team. */
export const teamMemberRoutes = (registry: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'post',
    path: '/team/member_add',
    access: 'key',
    summary: 'Adds members to a team.',
    body: memberBody,
    async serve({ body, principal }) {
      const { team_id: teamId, member, max_budget_in_team: most } = body;
      const members = Array.isArray(member) ? member : [member];
      const row = await addMembers(registry, principal, { teamId, members, ...worth(most) });
      const added = inTeam(row, members);
      return {
        ...shownTeam(registry, row),
        updated_users: added.flatMap((one) => userOf(registry, principal, one) ?? []),
        updated_team_memberships: added.flatMap((one) => membershipOf(row, one) ?? []),
      };
    },
  }),
  controlRoute({
    method: 'post',
    path: '/team/bulk_member_add',
    access: 'key',
    summary: 'Adds several members to a team, or every user.',
    body: bulkBody,
    async serve({ body, principal }) {
      const { team_id: teamId, all_users: isAll, max_budget_in_team: most } = body;
      const members = isAll ? everybodyElse(registry, principal, teamId) : (body.members ?? []);
      if (!isAll && members.length === 0)
        throw new SpillwayError('invalid_request', '`members` or `all_users` is required.', {
          param: 'members',
        });
      const row = await addMembers(registry, principal, { teamId, members, ...worth(most) });
      return {
        team_id: row.team_id,
        results: inTeam(row, members).map((one) => ({
          user_id: one.user_id ?? null,
          user_email: one.user_email ?? null,
          success: true,
          error: null,
          updated_user: userOf(registry, principal, one) ?? null,
          updated_team_membership: membershipOf(row, one) ?? null,
        })),
        total_requested: members.length,
        successful_additions: members.length,
        failed_additions: 0,
        updated_team: shownTeam(registry, row),
      };
    },
  }),
  ...changingRoutes(registry),
];

const worth = (most: number | null | undefined) =>
  typeof most === 'number' ? { allowance: { max_budget: most } } : {};

/** All users who are not in the team yet: who is has a role there. */
const everybodyElse = (
  { directory }: Registry,
  principal: Principal,
  teamId: string,
): readonly Member[] => {
  demand(principal.role === 'proxy_admin', 'Only a proxy admin may add every user to a team.');
  const { users } = directory;
  if (users.size > MOST_ADDED)
    throw new SpillwayError(
      'invalid_request',
      `At most ${MOST_ADDED} members are added at once; there are ${users.size} users.`,
      { param: 'all_users' },
    );
  const members = directory.teams.get(teamId)?.members_with_roles ?? [];
  const known = new Set(members.map(({ user_id: id }) => id));
  return [...users.all()]
    .filter(({ user_id: id }) => !known.has(id))
    .map(({ user_id }) => ({ user_id, role: 'user' }));
};

/** As they are in the team now: with the ids of those who were named by their addresses. */
const inTeam = (row: TeamRow, members: readonly Member[]): readonly Member[] =>
  members.map(
    (member) =>
      (row.members_with_roles ?? []).find(
        ({ user_id: id, user_email: email }) =>
          (!!id && id === member.user_id) || (!!email && email === member.user_email),
      ) ?? member,
  );

/** Who adds somebody learns nothing of them that they might not see anyway. */
const userOf = (
  registry: Registry,
  principal: Principal,
  { user_id: id }: Member,
): JsonObject | undefined => {
  const user = id && mayReadUser(principal, id) ? registry.directory.users.get(id) : undefined;
  return user && shownUser(registry, user);
};

const membershipOf = (row: TeamRow, { user_id: id }: Member): JsonObject | undefined => {
  const allowance = id ? row.member_allowances?.[id] : undefined;
  return allowance && id
    ? {
        user_id: id,
        team_id: row.team_id,
        litellm_budget_table: fieldsIn(memberAllowanceFields, allowance),
      }
    : undefined;
};

const changingRoutes = (registry: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'post',
    path: '/team/member_update',
    access: 'key',
    summary: "Changes a member's role, and what they may spend and send.",
    body: z.looseObject({
      ...memberAllowanceFields,
      ...whichMember,
      role: z.enum(['admin', 'user']).nullish(),
      max_budget_in_team: dollars.nullish(),
    }),
    async serve({ body, principal }) {
      const { team_id: teamId, user_id: id, user_email: email, max_budget_in_team: most } = body;
      const team = readableTeam(registry, principal, teamId);
      const known = (team.members_with_roles ?? []).find(
        (one) => (!!id && one.user_id === id) || (!!email && one.user_email === email),
      );
      if (!known) throw new SpillwayError('not_found', 'There is no such member in this team.');
      const said = fieldsIn(memberAllowanceFields, body);
      const fields = { ...said, ...(typeof most === 'number' && { max_budget: most }) };
      const before = known.user_id ? team.member_allowances?.[known.user_id] : undefined;
      const row = await addMembers(registry, principal, {
        teamId,
        members: [{ ...known, role: body.role ?? known.role }],
        ...(Object.keys(fields).length > 0 && { allowance: { ...before, ...fields } }),
      });
      const user = known.user_id ?? null;
      const now = user === null ? undefined : row.member_allowances?.[user];
      return {
        team_id: row.team_id,
        user_id: user,
        user_email: known.user_email ?? null,
        max_budget_in_team: now?.max_budget ?? null,
        tpm_limit: now?.tpm_limit ?? null,
        rpm_limit: now?.rpm_limit ?? null,
        budget_duration: now?.budget_duration ?? null,
      };
    },
  }),
  controlRoute({
    method: 'post',
    path: '/team/member_delete',
    access: 'key',
    summary: 'Removes a member from a team, with their keys of that team.',
    body: z.looseObject(whichMember),
    async serve({ body, principal }) {
      const { team_id: teamId, user_id, user_email } = body;
      const member = { user_id, user_email, role: 'user' } as const;
      return shownTeam(registry, await removeMember(registry, principal, { teamId, member }));
    },
  }),
];
