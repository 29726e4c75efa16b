import type { JsonObject } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import { fieldsIn } from '#gateway/admin/fields-in.ts';
import { pageQuery } from '#gateway/admin/page.ts';
import { pageOfTeams } from '#gateway/admin/page-of-teams.ts';
import { teamMemberRoutes } from '#gateway/admin/team-members.ts';
import {
  memberAllowanceFields,
  memberSchema,
  nameField,
  type TeamRow,
  teamFields,
} from '#keys/fields.ts';
import { fromMetadata } from '#keys/in-metadata.ts';
import { shownKey } from '#keys/manage-keys.ts';
import { changeRow, createRow, newId } from '#keys/manage-people.ts';
import {
  deleteTeams,
  joinableTeams,
  readableTeam,
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
const fieldsOf = (body: object): Partial<TeamRow> =>
  fieldsIn(teamFields, fromMetadata(teamFields, body));

/** LiteLLM's routes for teams. */
export const teamRoutes = (registry: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'post',
    path: '/team/new',
    access: 'admin',
    summary: 'Creates a team.',
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
    summary: 'Changes the given fields of a team and leaves the rest.',
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
  ...teamMemberRoutes(registry),
  ...readingRoutes(registry),
];

/** What is told of a team to who is not in it: who is, and what they have spent, is theirs to know. */
const notice = (team: TeamRow): JsonObject => ({
  team_id: team.team_id,
  team_alias: team.team_alias ?? null,
  organization_id: team.organization_id ?? null,
  models: team.models ?? [],
  max_budget: team.max_budget ?? null,
  budget_duration: team.budget_duration ?? null,
  tpm_limit: team.tpm_limit ?? null,
  rpm_limit: team.rpm_limit ?? null,
  blocked: team.blocked ?? false,
  created_at: team.created_at ?? null,
  admins: [],
  members: [],
  members_with_roles: [],
});

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
    summary:
      word === 'add' ? 'Adds models that a team may use.' : 'Removes models that a team may use.',
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
    summary: blocked ? 'Blocks all keys of a team.' : 'Unblocks the keys of a team.',
    body: oneTeam,
    async serve({ body, principal }) {
      const of = { subject: teamsOf(registry), id: body.team_id, fields: { blocked } };
      return shownTeam(registry, await changeRow(registry, principal, of));
    },
  });

const readingRoutes = (registry: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'get',
    path: '/team/info',
    access: 'key',
    summary: 'A team, with its keys for those who manage it.',
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
          litellm_budget_table: fieldsIn(memberAllowanceFields, allowance),
        })),
      };
    },
  }),
  controlRoute({
    method: 'get',
    path: '/v2/team/list',
    access: 'key',
    summary:
      'Teams that the caller may see, page by page, with how many keys and members they have.',
    query: z.object({
      ...pageQuery,
      user_id: nameField.optional(),
      organization_id: nameField.optional(),
      team_id: nameField.optional(),
      team_alias: z.string().optional(),
      search: z.string().optional(),
      sort_by: z.enum(['team_id', 'team_alias', 'created_at']).default('created_at'),
      sort_order: z.enum(['asc', 'desc']).optional(),
    }),
    serve: ({ query, principal }) => pageOfTeams(registry, principal, query),
  }),
  controlRoute({
    method: 'get',
    path: '/team/available',
    access: 'key',
    summary: 'Teams that the caller may join with /team/member_add and has not joined.',
    serve: ({ principal }) => joinableTeams(registry, principal).map(notice),
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
