import { SpillwayError } from '#core/errors.ts';
import { z } from '#core/schema.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import { nameField } from '#keys/fields.ts';
import { changeRow } from '#keys/manage-people.ts';
import { readableTeam, shownTeam, teamsOf } from '#keys/manage-teams.ts';
import { MEMBER_ROUTES, memberRoutesOf } from '#keys/member-rule.ts';
import { demand, mayManageMembers } from '#keys/ownership.ts';
import { type Principal, seesAll } from '#keys/principal.ts';
import type { Registry } from '#keys/registry.ts';

const routes = z.array(z.enum(MEMBER_ROUTES)).max(MEMBER_ROUTES.length * 2);
const bulkBody = z.looseObject({
  permissions: routes,
  team_ids: z.array(nameField).max(1_000).nullish(),
  apply_to_all_teams: z.boolean().nullish(),
});

/** LiteLLM's routes for what members of a team may do with their keys of it. */
export const teamPermissionRoutes = (registry: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'get',
    path: '/team/permissions_list',
    access: 'key',
    summary: 'What members of a team may do with its keys, and what can be allowed.',
    query: z.object({ team_id: nameField }),
    serve({ query, principal }) {
      const team = readableTeam(registry, principal, query.team_id);
      demand(seesAll(principal) || mayManageMembers(principal, team), NOT_YOURS);
      return {
        team_id: team.team_id,
        team_member_permissions: memberRoutesOf(team),
        all_available_permissions: MEMBER_ROUTES,
      };
    },
  }),
  controlRoute({
    method: 'post',
    path: '/team/permissions_update',
    access: 'key',
    summary: 'Sets what members of a team may do with its keys.',
    body: z.looseObject({ team_id: nameField, team_member_permissions: routes }),
    async serve({ body: { team_id: id, team_member_permissions: said }, principal }) {
      const team = readableTeam(registry, principal, id);
      demand(mayManageMembers(principal, team), NOT_YOURS);
      return shownTeam(registry, await say(registry, principal, { id, said }));
    },
  }),
  controlRoute({
    method: 'post',
    path: '/team/permissions_bulk_update',
    access: 'admin',
    summary: 'Lets members of several teams, or of all, do more.',
    body: bulkBody,
    async serve({ body, principal }) {
      const { permissions: more } = body;
      if (more.length === 0) return { message: 'No permissions provided', teams_updated: 0 };
      let many = 0;
      // One that is not there is found before any is changed.
      const teams = teamsMeant(registry, body).map((id) => readableTeam(registry, principal, id));
      for (const team of teams) {
        const before = memberRoutesOf(team);
        const said = [...new Set([...before, ...more])];
        // A team that says nothing lets them do all there is.
        if (!team.team_member_permissions || said.length === before.length) continue;
        await say(registry, principal, { id: team.team_id, said });
        many++;
      }
      return {
        message: 'Team permissions updated successfully',
        teams_updated: many,
        permissions_appended: more,
      };
    },
  }),
];

const NOT_YOURS = 'Call not allowed. User not proxy admin OR team admin.';

const say = (
  registry: Registry,
  principal: Principal,
  { id, said }: { readonly id: string; readonly said: readonly string[] },
) =>
  changeRow(registry, principal, {
    subject: teamsOf(registry),
    id,
    fields: { team_member_permissions: [...said] },
  });

const teamsMeant = (
  { directory }: Registry,
  { team_ids: ids, apply_to_all_teams: isAll }: z.infer<typeof bulkBody>,
): readonly string[] => {
  const isNamed = (ids ?? []).length > 0;
  if (isAll === true && isNamed)
    throw refused('Cannot set both apply_to_all_teams=true and team_ids');
  if (isAll !== true && !isNamed)
    throw refused('Must provide team_ids or set apply_to_all_teams=true');
  return isAll ? [...directory.teams.all()].map(({ team_id: id }) => id) : ids!;
};

const refused = (text: string): SpillwayError =>
  new SpillwayError('invalid_request', text, { param: 'team_ids' });
