import { SpillwayError } from '#core/errors.ts';
import { lengthMs, parseDuration } from '#keys/duration.ts';
import type { Allowance, KeyRow } from '#keys/fields.ts';
import { demand, leads } from '#keys/ownership.ts';
import { memberOf, withBudget } from '#keys/pass.ts';
import type { Principal } from '#keys/principal.ts';
import type { Registry } from '#keys/registry.ts';

type Field =
  | 'max_budget'
  | 'budget_duration'
  | 'budget_id'
  | 'model_max_budget'
  | 'temp_budget_increase'
  | 'temp_budget_expiry';
/** What is said of a key's money, and whose it is. */
export type KeyMoney = Partial<Pick<KeyRow, Field | 'user_id' | 'team_id'>>;

/**
 * What others than a proxy admin may say of a key's budget, as in LiteLLM: never more than those have who
 * pay for it, and what has been said already is raised by nobody but who leads its team. Throws
 * SpillwayError `invalid_request` or `forbidden`.
 */
export const demandBudget = (
  registry: Registry,
  principal: Principal,
  { before, after }: { readonly before?: KeyMoney; readonly after: KeyMoney },
): void => {
  if (principal.role === 'proxy_admin') return;
  const is = moneyOf(registry, after);
  const was = before && moneyOf(registry, before);
  if (JSON.stringify(was) === JSON.stringify(is)) return;
  for (const ceiling of ceilingsOf(registry, after)) demandBelow(is, ceiling);
  if (!was || leads(principal, teamOf(registry, before))) return;
  demand(
    !isLooser(is, was),
    'Only a proxy admin, or an admin of its team, may raise the budget of a key, take it away or give it another duration.',
  );
};

/** One bound on money: so much, in so long. Infinity where nothing bounds it. */
interface Bound {
  readonly dollars: number;
  readonly duration: string | undefined;
}

interface Money extends Bound {
  readonly raised: number;
  readonly until: string | undefined;
  readonly models: Readonly<Record<string, Bound>>;
  /** Whoever pays besides the key itself may be others than before. */
  readonly payers: readonly [string | undefined, string | undefined];
}

const moneyOf = ({ directory }: Registry, key: KeyMoney): Money => {
  const { max_budget, budget_duration, model_max_budget } = withBudget(directory, key);
  const { temp_budget_increase: raised, temp_budget_expiry: until } = key;
  const isRaised = !!raised && !!until;
  return {
    dollars: max_budget ?? Infinity,
    duration: budget_duration ?? undefined,
    raised: isRaised ? raised : 0,
    until: isRaised ? until : undefined,
    models: Object.fromEntries(
      Object.entries(model_max_budget ?? {}).map(([model, { budget_limit, time_period }]) => [
        model,
        { dollars: Number(budget_limit), duration: time_period ?? undefined },
      ]),
    ),
    payers: [key.user_id ?? undefined, key.team_id ?? undefined],
  };
};

interface Ceiling extends Bound {
  /** For people. */
  readonly whose: string;
}

/** Those who pay besides the key itself: a user where it has no team, else the team and its member. */
const ceilingsOf = (registry: Registry, key: KeyMoney): readonly Ceiling[] => {
  const { directory } = registry;
  const team = teamOf(registry, key);
  const user = !team && key.user_id ? directory.users.get(key.user_id) : undefined;
  const of = (whose: string, row: Allowance | undefined): Ceiling[] => {
    const { max_budget: dollars, budget_duration } = row ? withBudget(directory, row) : {};
    const duration = budget_duration ?? undefined;
    return typeof dollars === 'number' ? [{ whose, dollars, duration }] : [];
  };
  return [
    ...of('user', user),
    ...of('team', team),
    ...of('member of the team', memberOf(key, team)),
  ];
};

const teamOf = ({ directory }: Registry, { team_id: id }: KeyMoney = {}) =>
  id ? directory.teams.get(id) : undefined;

const demandBelow = (money: Money, ceiling: Ceiling): void => {
  const { dollars, raised, models } = money;
  const all: [string, Bound][] = [['max_budget', { ...money, dollars: dollars + raised }]];
  for (const [model, bound] of Object.entries(models))
    all.push([`model_max_budget.${model}`, bound]);
  for (const [param, bound] of all)
    if (bound.dollars !== Infinity && isAbove(bound, ceiling))
      throw new SpillwayError(
        'invalid_request',
        `${param} (${bound.dollars}) cannot exceed what the ${ceiling.whose} who pays for the key may spend (${ceiling.dollars}). Ask a proxy admin for more.`,
        { param },
      );
};

/** More, and in no longer time: what is for longer may well be more. */
const isAbove = (bound: Bound, ceiling: Bound): boolean =>
  bound.dollars > ceiling.dollars && lengthOf(bound) <= lengthOf(ceiling);

const lengthOf = ({ duration }: Bound): number =>
  duration === undefined ? Infinity : lengthMs(parseDuration(duration, 'budget_duration'));

/** With another duration what was spent before would not count any more. */
const isLooser = (is: Money, was: Money): boolean => {
  const isRaised = is.raised > 0 && (is.raised > was.raised || is.until !== was.until);
  return (
    isLooserBound(is, was) ||
    (was.dollars !== Infinity && isRaised) ||
    Object.entries(was.models).some(([model, bound]) => {
      const now = Object.hasOwn(is.models, model) ? is.models[model] : undefined;
      return !now || isLooserBound(now, bound);
    })
  );
};

const isLooserBound = (is: Bound, was: Bound): boolean =>
  was.dollars !== Infinity && (is.dollars > was.dollars || is.duration !== was.duration);
