import { SpillwayError } from '#core/errors.ts';
import type { KeyRow, TeamRow } from '#keys/fields.ts';
import { type Principal, seesAll } from '#keys/principal.ts';

/** Whether somebody leads a team: its keys and members are theirs to manage, its budget is not. */
export const leads = ({ userId }: Principal, team: TeamRow | undefined): boolean =>
  userId !== undefined &&
  (team?.members_with_roles ?? []).some(
    ({ user_id, role }) => user_id === userId && role === 'admin',
  );

const belongsTo = ({ userId, teamId }: Principal, team: TeamRow): boolean =>
  teamId === team.team_id ||
  (userId !== undefined && (team.members_with_roles ?? []).some((one) => one.user_id === userId));

const isViewer = ({ role }: Principal): boolean =>
  role === 'proxy_admin_viewer' || role === 'internal_user_viewer';

export const mayReadKey = (principal: Principal, key: KeyRow, team: TeamRow | undefined): boolean =>
  seesAll(principal) ||
  principal.token === key.token ||
  (principal.userId !== undefined && principal.userId === key.user_id) ||
  leads(principal, team);

export const mayWriteKey = (
  principal: Principal,
  key: Pick<KeyRow, 'user_id'>,
  team: TeamRow | undefined,
): boolean => {
  if (principal.role === 'proxy_admin') return true;
  if (isViewer(principal) || principal.userId === undefined) return false;
  return principal.userId === key.user_id || leads(principal, team);
};

export const mayReadUser = (principal: Principal, userId: string): boolean =>
  seesAll(principal) || principal.userId === userId;

export const mayReadTeam = (principal: Principal, team: TeamRow): boolean =>
  seesAll(principal) || belongsTo(principal, team);

export const mayManageMembers = (principal: Principal, team: TeamRow): boolean =>
  principal.role === 'proxy_admin' || (!isViewer(principal) && leads(principal, team));

/**
 * One answer for what is not there and what is somebody else's: nobody learns by asking what others
 * have.
 */
export const notYours = (what: string, id: string): SpillwayError =>
  new SpillwayError(
    'not_found',
    `There is no ${what} ${JSON.stringify(id.slice(0, 80))} that you may see or change.`,
  );

/** Throws SpillwayError `forbidden`. */
export const demand = (isAllowed: boolean, text: string): void => {
  if (!isAllowed) throw new SpillwayError('forbidden', text);
};
