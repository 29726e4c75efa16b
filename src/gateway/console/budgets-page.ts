import type { BudgetsReply } from '#gateway/console/kept-shapes.ts';
import { namesOf } from '#gateway/console/names.ts';
import { spentOf } from '#keys/cashier.ts';
import type { Allowance, KeyRow, TeamRow } from '#keys/fields.ts';
import { dollarsOf } from '#keys/money.ts';
import { mayManageMembers, mayReadKey, mayReadTeam, mayReadUser } from '#keys/ownership.ts';
import { memberOf, withBudget } from '#keys/pass.ts';
import { type Principal, seesAll } from '#keys/principal.ts';
import { iso, type Registry } from '#keys/registry.ts';
import { modelPurse, type PayerKind } from '#store/spend.ts';

/** A list that is longer is no picture any more. */
const MOST = 500;

type Budget = BudgetsReply['budgets'][number];

interface Wanted {
  readonly kind: Budget['kind'];
  readonly id: string;
  readonly name: string;
  /** Under which name its sum is kept, where that is another one. */
  readonly payer?: { readonly kind: PayerKind; readonly id: string };
  readonly allowance: Allowance;
}

/** Every budget that somebody may see, by how much of it is gone. */
export const budgetsOf = (registry: Registry, principal: Principal): BudgetsReply => {
  const all = [...wanted(registry, principal)].flatMap((one) => shown(registry, one) ?? []);
  const share = ({ spend, max_budget: max }: Budget): number => (max > 0 ? spend / max : 1);
  const sorted = all.toSorted((a, b) => share(b) - share(a));
  return { total: sorted.length, budgets: sorted.slice(0, MOST) };
};

function* wanted(registry: Registry, principal: Principal): Generator<Wanted> {
  const { directory, everybody } = registry;
  const names = namesOf(registry);
  const isSeer = seesAll(principal);
  // Of everybody together, nothing means no budget.
  if (isSeer && everybody.max_budget)
    yield { kind: 'everybody', id: '', name: '', allowance: everybody };
  for (const team of directory.teams.all()) {
    if (!mayReadTeam(principal, team)) continue;
    const { team_id: id } = team;
    const name = names('team', id) ?? id;
    yield { kind: 'team', id, name, allowance: team };
    yield* ofModels(directory, team, { id, name, purse: modelPurse('team', id) });
    yield* members(team, principal, names);
  }
  for (const user of directory.users.all()) {
    const { user_id: id } = user;
    if (!mayReadUser(principal, id)) continue;
    const name = names('user', id) ?? id;
    yield { kind: 'user', id, name, allowance: user };
    yield* ofModels(directory, user, { id, name, purse: modelPurse('user', id) });
  }
  for (const key of directory.keys.all()) {
    const team = key.team_id ? directory.teams.get(key.team_id) : undefined;
    if (mayReadKey(principal, key, team)) yield* ofKey(registry, key);
  }
  if (!isSeer) return;
  for (const [id, { maxDollars, duration }] of Object.entries(registry.providerBudgets)) {
    const allowance = { max_budget: maxDollars, budget_duration: duration };
    yield { kind: 'provider', id, name: id, allowance };
  }
  for (const customer of directory.customers.all()) {
    const { user_id: id } = customer;
    const name = customer.alias ?? id;
    yield { kind: 'end_user', id, name, allowance: customer };
    yield* ofModels(directory, customer, { id, name, purse: modelPurse('end_user', id) });
  }
}

/** What single members may spend: their own to see, and who leads the team sees all. */
function* members(
  team: TeamRow,
  principal: Principal,
  names: ReturnType<typeof namesOf>,
): Generator<Wanted> {
  const seesMembers = seesAll(principal) || mayManageMembers(principal, team);
  for (const { user_id: user } of team.members_with_roles ?? []) {
    if (!user || (!seesMembers && user !== principal.userId)) continue;
    const id = `${team.team_id}:${user}`;
    yield {
      kind: 'member',
      id,
      name: `${names('user', user) ?? user} · ${team.team_alias ?? team.team_id}`,
      allowance: memberOf({ user_id: user }, team) ?? {},
    };
  }
}

function* ofKey({ directory }: Registry, key: KeyRow): Generator<Wanted> {
  const name = key.key_alias ?? key.key_name;
  yield {
    kind: 'key',
    id: key.token,
    name,
    payer: { kind: 'key', id: key.id },
    allowance: key,
  };
  yield* ofModels(directory, key, { id: key.token, name, purse: `${key.id}:` });
}

/** What somebody may spend on single models. `purse`: what their sums are kept under, up to the model. */
function* ofModels(
  directory: Registry['directory'],
  row: Allowance,
  of: { readonly id: string; readonly name: string; readonly purse: string },
): Generator<Wanted> {
  const { model_max_budget: budgets } = withBudget(directory, row);
  for (const [model, { budget_limit: limit, time_period: duration }] of Object.entries(
    budgets ?? {},
  ))
    yield {
      kind: 'model',
      id: `${of.id}:${model}`,
      name: `${of.name} · ${model}`,
      payer: { kind: 'model', id: `${of.purse}${model}` },
      allowance: { max_budget: Number(limit), budget_duration: duration },
    };
}

const shown = (registry: Registry, { kind, id, name, payer, allowance }: Wanted) => {
  const {
    max_budget: max,
    soft_budget: soft,
    budget_duration: duration,
  } = withBudget(registry.directory, allowance);
  if (typeof max !== 'number') return undefined;
  const at = payer ?? { kind: kind === 'everybody' ? 'global' : kind, id };
  const wallMs = registry.wall();
  const spent = spentOf(registry, at, { duration, wallMs });
  return {
    kind,
    id,
    name,
    spend: dollarsOf(spent.nanos),
    max_budget: max,
    soft_budget: soft ?? null,
    budget_duration: duration ?? null,
    budget_reset_at: spent.resetMs === undefined ? null : iso(spent.resetMs),
  } satisfies Budget;
};
