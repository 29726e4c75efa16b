import type { TeamRow } from '#keys/fields.ts';
import { demand, leads } from '#keys/ownership.ts';
import type { Principal } from '#keys/principal.ts';

/** What members may do with their own keys of a team, in LiteLLM's words: routes. */
export const MEMBER_ROUTES = [
  '/key/generate',
  '/key/update',
  '/key/delete',
  '/key/regenerate',
  '/key/info',
  '/key/health',
] as const;

export type MemberRoute = (typeof MEMBER_ROUTES)[number];

/** Whatever a team says. */
const ALWAYS: readonly MemberRoute[] = ['/key/info', '/key/health'];

/** Of a team that says nothing: all. */
export const memberRoutesOf = ({ team_member_permissions: said }: TeamRow): readonly string[] =>
  said ? [...new Set([...said, ...ALWAYS])] : MEMBER_ROUTES;

/**
 * Members do with their keys of a team what it lets them; who leads it, whatever there is. Throws
 * SpillwayError `forbidden`.
 */
export const demandMemberRoute = (
  principal: Principal,
  team: TeamRow | undefined,
  route: MemberRoute,
): void => {
  if (!team || principal.role === 'proxy_admin' || leads(principal, team)) return;
  const allowed = memberRoutesOf(team);
  demand(
    allowed.includes(route),
    `Team member does not have permissions for endpoint: ${route}. You only have access to the following endpoints: ${allowed.join(', ')} for team ${team.team_id}. Ask an admin of the team: /team/permissions_update changes it.`,
  );
};
