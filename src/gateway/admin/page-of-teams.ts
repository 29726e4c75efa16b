import type { JsonObject } from '#core/json.ts';
import { pageOf, type PageQuery, sliceOf } from '#gateway/admin/page.ts';
import type { TeamRow } from '#keys/fields.ts';
import { shownTeam } from '#keys/manage-teams.ts';
import { mayReadTeam } from '#keys/ownership.ts';
import type { Principal } from '#keys/principal.ts';
import type { Registry } from '#keys/registry.ts';

export interface TeamsQuery extends PageQuery {
  readonly user_id?: string | undefined;
  readonly organization_id?: string | undefined;
  readonly team_id?: string | undefined;
  /** A part of it. */
  readonly team_alias?: string | undefined;
  /** A team's id, or a part of its alias, in whatever case. */
  readonly search?: string | undefined;
  readonly sort_by: 'team_id' | 'team_alias' | 'created_at';
  readonly sort_order?: 'asc' | 'desc' | undefined;
}

/** Teams that somebody may see and asks for, in the order that they wish: the newest first unless said. */
export const pageOfTeams = (
  registry: Registry,
  principal: Principal,
  query: TeamsQuery,
): JsonObject => {
  const { sort_by: field, sort_order: order = field === 'created_at' ? 'desc' : 'asc' } = query;
  const sign = order === 'asc' ? 1 : -1;
  const rows = [...registry.directory.teams.all()]
    .filter((row) => mayReadTeam(principal, row) && isAsked(row, query))
    .toSorted((a, b) => sign * (a[field] ?? '').localeCompare(b[field] ?? ''));
  const { page, total, current, pages } = pageOf(rows, query);
  const keys = Map.groupBy(registry.directory.keys.all(), ({ team_id: id }) => id ?? '');
  return {
    teams: page.map((row) => ({
      ...shownTeam(registry, row),
      members_count: (row.members_with_roles ?? []).length,
      keys_count: keys.get(row.team_id)?.length ?? 0,
    })),
    total,
    page: current,
    page_size: sliceOf(query).limit,
    total_pages: pages,
  };
};

const isAsked = (row: TeamRow, query: TeamsQuery): boolean => {
  const { user_id: user, organization_id: organization, team_id: id, search } = query;
  const alias = row.team_alias ?? '';
  const isFound =
    search === undefined ||
    row.team_id === search ||
    alias.toLowerCase().includes(search.toLowerCase());
  return (
    isFound &&
    (id === undefined || row.team_id === id) &&
    (organization === undefined || row.organization_id === organization) &&
    alias.includes(query.team_alias ?? '') &&
    (user === undefined || (row.members_with_roles ?? []).some(({ user_id }) => user_id === user))
  );
};
