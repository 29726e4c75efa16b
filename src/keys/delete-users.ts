import { deleteKeysOf } from '#keys/manage-keys.ts';
import { demandRows, removeRows, usersOf } from '#keys/manage-people.ts';
import { leaveTeams } from '#keys/manage-teams.ts';
import type { Principal } from '#keys/principal.ts';
import type { Registry } from '#keys/registry.ts';

/**
 * With their keys, since a key of nobody would open on, and with their places in teams. Throws
 * SpillwayError `not_found` where one of them is not there; then all stay as they are.
 */
export const deleteUsers = async (
  registry: Registry,
  principal: Principal,
  ids: readonly string[],
): Promise<void> => {
  const subject = usersOf(registry);
  demandRows(subject, ids);
  await deleteKeysOf(registry, principal, ({ user_id: user }) => ids.includes(user ?? ''));
  await leaveTeams(registry, principal, ids);
  await removeRows(registry, principal, { subject, ids });
};
