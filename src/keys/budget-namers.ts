import { SpillwayError } from '#core/errors.ts';
import type { KeyRow } from '#keys/fields.ts';
import type { Registry } from '#keys/registry.ts';

/** Of those who name a budget, how many are told of. */
const MOST_TOLD = 5;

/**
 * Whoever names a budget that is gone is bounded by their own words alone: it stays while it is named.
 * Throws SpillwayError `invalid_request` with who names it.
 */
export const demandUnnamed = (registry: Registry, id: string): void => {
  const namers = [...namersOf(registry, id)];
  if (namers.length === 0) return;
  const told = namers.slice(0, MOST_TOLD).join(', ');
  throw new SpillwayError(
    'invalid_request',
    `The budget ${JSON.stringify(id)} bounds ${namers.length}, who would be without it: ${told}${
      namers.length > MOST_TOLD ? ', …' : ''
    }. Set their budget_id to another one or to null first.`,
    { param: 'id', status: 409 },
  );
};

function* namersOf({ directory, endUserBudget }: Registry, id: string): Generator<string> {
  const { keys, users, teams, customers } = directory;
  const names = ({ budget_id: named }: { readonly budget_id?: string | null | undefined }) =>
    named === id;
  if (endUserBudget === id) yield 'litellm_settings: max_end_user_budget_id';
  for (const team of teams.all()) if (names(team)) yield `team: ${team.team_id}`;
  for (const user of users.all()) if (names(user)) yield `user: ${user.user_id}`;
  for (const one of customers.all()) if (names(one)) yield `end user: ${one.user_id}`;
  for (const key of keys.all()) if (names(key)) yield `key: ${wordFor(key)}`;
}

const wordFor = ({ key_alias: alias, key_name: name }: KeyRow): string => alias ?? name;
