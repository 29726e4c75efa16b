import { SpillwayError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import { fieldsIn } from '#gateway/admin/fields-in.ts';
import {
  allowanceFields,
  dollars,
  memberSchema,
  nameField,
  type TeamRow,
  teamFields,
} from '#keys/fields.ts';
import { shownKey } from '#keys/manage-keys.ts';
import { changeRow, createRow, newId } from '#keys/manage-people.ts';
import {
  addMembers,
  deleteTeams,
  readableTeam,
  removeMember,
  shownTeam,
  teamsOf,
} from '#keys/manage-teams.ts';
import { NO_MODELS } from '#keys/model-rule.ts';
import { mayManageMembers, mayReadTeam } from '#keys/ownership.ts';
import type { Registry } from '#keys/registry.ts';

const teamBody = z.looseObject({
  ...teamFields,
  team_id: nameField.nullish(),
  members_with_roles: z.array(memberSchema).max(10_000).nullish(),
});
const oneTeam = z.looseObject({ team_id: nameField });
const memberBody = z.looseObject({
  team_id: nameField,
  member: z.union([memberSchema, z.array(memberSchema).min(1).max(1_000)]),
  max_budget_in_team: dollars.nullish(),
});
const whichMember = {
  team_id: nameField,
  user_id: nameField.nullish(),
  user_email: nameField.nullish(),
};

const fieldsOf = (body: object): Partial<TeamRow> => fieldsIn(teamFields, body);

/** LiteLLM's routes for teams. */
export const teamRoutes = (registry: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'post',
    path: '/team/new',
    access: 'admin',
    summary: 'Makes a team.',
    body: teamBody,
    async serve({ body, principal }) {
      const id = body.team_id ?? newId();
      const row = await createRow<TeamRow>(registry, principal, {
        subject: teamsOf(registry),
        id,
        row: {
          models: [],
          metadata: {},
          blocked: false,
          ...fieldsOf(body),
          members_with_roles: body.members_with_roles ?? [],
          team_id: id,
        },
      });
      return shownTeam(registry, row);
    },
  }),
  controlRoute({
    method: 'post',
    path: '/team/update',
    access: 'admin',
    summary: 'Changes what is named of a team, and leaves the rest.',
    body: z.looseObject({ ...teamFields, team_id: nameField }),
    async serve({ body, principal }) {
      const of = { subject: teamsOf(registry), id: body.team_id, fields: fieldsOf(body) };
      const row = await changeRow(registry, principal, of);
      return { team_id: row.team_id, data: shownTeam(registry, row) };
    },
  }),
  controlRoute({
    method: 'post',
    path: '/team/delete',
    access: 'admin',
    summary: 'Deletes teams and their keys.',
    body: z.looseObject({ team_ids: z.array(nameField).min(1).max(1_000) }),
    async serve({ body, principal }) {
      await deleteTeams(registry, principal, body.team_ids);
      return { deleted_teams: body.team_ids };
    },
  }),
  blocking(registry, 'block', true),
  blocking(registry, 'unblock', false),
  listing(registry, 'add', (listed, named) => [...new Set([...listed, ...named])]),
  listing(registry, 'delete', (listed, named) => {
    const left = listed.filter((name) => !named.includes(name));
    // An empty list is all models: whoever takes the last one away means none.
    return left.length > 0 || listed.length === 0 ? left : [NO_MODELS];
  }),
  ...memberRoutes(registry),
  ...readingRoutes(registry),
];

/** Takes models into a team's list, or out of it. */
const listing = (
  registry: Registry,
  word: 'add' | 'delete',
  change: (listed: readonly string[], named: readonly string[]) => string[],
): AnyControlRoute =>
  controlRoute({
    method: 'post',
    path: `/team/model/${word}`,
    access: 'admin',
    summary: word === 'add' ? 'Lets a team use more models.' : 'Lets a team use fewer models.',
    body: z.looseObject({ team_id: nameField, models: z.array(nameField).min(1).max(1_000) }),
    async serve({ body: { team_id: id, models }, principal }) {
      const listed = registry.directory.teams.get(id)?.models ?? [];
      const fields = { models: change(listed, models) };
      const of = { subject: teamsOf(registry), id, fields };
      return { team_id: id, data: shownTeam(registry, await changeRow(registry, principal, of)) };
    },
  });

const blocking = (registry: Registry, word: string, blocked: boolean): AnyControlRoute =>
  controlRoute({
    method: 'post',
    path: `/team/${word}`,
    access: 'admin',
    summary: blocked ? "Lets a team's keys open nothing." : "Lets a team's keys open again.",
    body: oneTeam,
    async serve({ body, principal }) {
      const of = { subject: teamsOf(registry), id: body.team_id, fields: { blocked } };
      return shownTeam(registry, await changeRow(registry, principal, of));
    },
  });

const memberRoutes = (registry: Registry): readonly AnyControlRoute[] => [
  ...(['/team/member_add', '/team/bulk_member_add'] as const).map((path) =>
    controlRoute({
      method: 'post',
      path,
      access: 'key',
      summary: 'Adds members to a team.',
      body: memberBody,
      async serve({ body, principal }) {
        const { team_id: teamId, member, max_budget_in_team: most } = body;
        const row = await addMembers(registry, principal, {
          teamId,
          members: Array.isArray(member) ? member : [member],
          ...(typeof most === 'number' && { allowance: { max_budget: most } }),
        });
        return shownTeam(registry, row);
      },
    }),
  ),
  controlRoute({
    method: 'post',
    path: '/team/member_update',
    access: 'key',
    summary: "Changes a member's role, and what they may spend and send.",
    body: z.looseObject({
      ...allowanceFields,
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
      const said = fieldsIn(allowanceFields, body);
      const fields = { ...said, ...(typeof most === 'number' && { max_budget: most }) };
      const before = known.user_id ? team.member_allowances?.[known.user_id] : undefined;
      const row = await addMembers(registry, principal, {
        teamId,
        members: [{ ...known, role: body.role ?? known.role }],
        ...(Object.keys(fields).length > 0 && { allowance: { ...before, ...fields } }),
      });
      return shownTeam(registry, row);
    },
  }),
  controlRoute({
    method: 'post',
    path: '/team/member_delete',
    access: 'key',
    summary: 'Takes a member out of a team, with the keys that they have of it.',
    body: z.looseObject(whichMember),
    async serve({ body, principal }) {
      const { team_id: teamId, user_id, user_email } = body;
      const member = { user_id, user_email, role: 'user' } as const;
      return shownTeam(registry, await removeMember(registry, principal, { teamId, member }));
    },
  }),
];

const readingRoutes = (registry: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'get',
    path: '/team/info',
    access: 'key',
    summary: 'A team; with its keys for whoever manages it.',
    query: z.object({ team_id: nameField }),
    serve({ query, principal }): JsonObject {
      const row = readableTeam(registry, principal, query.team_id);
      const seesKeys = mayManageMembers(principal, row) || principal.role === 'proxy_admin_viewer';
      const keys = seesKeys
        ? [...registry.directory.keys.all()].filter(({ team_id: id }) => id === row.team_id)
        : [];
      return {
        team_id: row.team_id,
        team_info: shownTeam(registry, row),
        keys: keys.map((key) => shownKey(registry, key)),
        team_memberships: Object.entries(row.member_allowances ?? {}).map(([user, allowance]) => ({
          user_id: user,
          team_id: row.team_id,
          litellm_budget_table: fieldsIn(allowanceFields, allowance),
        })),
      };
    },
  }),
  controlRoute({
    method: 'get',
    path: '/team/list',
    access: 'key',
    summary: 'Teams that the caller may see.',
    query: z.object({ user_id: nameField.optional(), team_alias: z.string().optional() }),
    serve: ({ query, principal }) =>
      [...registry.directory.teams.all()]
        .filter(
          (row) =>
            mayReadTeam(principal, row) &&
            (query.team_alias === undefined || (row.team_alias ?? '').includes(query.team_alias)) &&
            (query.user_id === undefined ||
              (row.members_with_roles ?? []).some(({ user_id: id }) => id === query.user_id)),
        )
        .map((row) => shownTeam(registry, row)),
  }),
];
