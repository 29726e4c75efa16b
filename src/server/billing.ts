import type { Deployment, LoadedConfig } from '#config/loaded.ts';
import type { Clock } from '#core/clock.ts';
import { derived } from '#core/derived.ts';
import type { Log } from '#core/log.ts';
import type { Prices } from '#core/price.ts';
import type { Billing } from '#gateway/billing.ts';
import type { DecisionStore } from '#gateway/decision-store.ts';
import type { Groups } from '#gateway/groups.ts';
import { budgetLengths } from '#keys/budget-lengths.ts';
import { Cashier, type CashierDeps } from '#keys/cashier.ts';
import { KeyRing } from '#keys/key-ring.ts';
import { findKey } from '#keys/manage-keys.ts';
import type { PassDeps, Payer } from '#keys/pass.ts';
import type { Registry } from '#keys/registry.ts';
import { createTurnedAway, type TurnedAway } from '#keys/turned-away.ts';
import { Windows } from '#keys/windows.ts';
import { findProvider } from '#providers/index.ts';
import { accessGroupsOf } from '#server/access-groups.ts';
import { askedPrices } from '#server/asked-prices.ts';
import type { Balance } from '#server/balance.ts';
import type { Keeping } from '#server/keeping.ts';
import type { PriceBook } from '#server/price-book.ts';

export interface Accounts {
  readonly keeping: Keeping;
  readonly billing: Billing;
  readonly ring: KeyRing;
  /** Of what a name stands for; undefined where nobody knows it. */
  readonly prices: (model: string) => Prices | undefined;
  /** For whoever manages keys and people. */
  readonly registry: Registry;
  /** Who remembers people, and is told whom to forget. */
  onForget(forget: Forget): void;
}

type Forget = (user: string) => Promise<void> | void;

/** Keys, limits, budgets and spend over a balance. */
export const createAccounts = (
  config: LoadedConfig,
  keeping: Keeping,
  given: {
    readonly clock: Clock;
    readonly log: Log;
    readonly balance: Balance;
    readonly prices: PriceBook;
    readonly decisions: DecisionStore;
    readonly groups: Groups;
  },
): Accounts => {
  const { clock, log, balance, prices, decisions } = given;
  const { directory, purses, writer, pepper } = keeping;
  const { timeZone, tokenKind, maxDollars, budgetDuration } = config.keeping;
  const windows = new Windows(timeZone);
  const wall = (): number => clock.wall();
  const pass: PassDeps = { directory, groups: accessGroupsOf(config, given.groups), tokenKind };
  const { ledger, owner, estimator } = balance;
  const everybody = { max_budget: maxDollars, budget_duration: budgetDuration };
  const upstream = upstreamOf(config);
  keeping.budgetsRun(() => [...budgetLengths(directory), ...configLengths(config)]);
  const cashier = new Cashier({
    ...pass,
    ledger,
    purses,
    windows,
    now: () => clock.now(),
    wall,
    record: (record, isTurns) => writer.record(record, isTurns),
    changed: () => owner.ownChanged(),
    endUserDefault: endUserDefaultOf(config, keeping),
    everybody,
    upstream,
    softly: (label, details) => log.warn({ label, ...details }, 'a soft budget has been reached'),
  });
  const members = derived(
    () => config.deployments,
    (rows) => Map.groupBy(rows, ({ group }) => group),
  );
  const ring = new KeyRing({ ...pass, pepper, wall });
  const { keyHeader } = config;
  const turnedAway = createTurnedAway({ ring, keyHeader, now: () => clock.now() });
  const of = { cashier, ring, turnedAway, members, upstream, estimator };
  const billing = billingOf(config, keeping, of);
  const { store } = keeping;
  const { forget, onForget } = forgetters((user) => decisions.forget(user));
  const { providerBudgets } = config.routing;
  const bases = derived(
    () => config.deployments,
    (rows) => new Map(rows.map((row) => [row.name, row.apiBase ?? vendorsBase(row)])),
  );
  const baseOf = (deployment: string): string | undefined => bases().get(deployment);
  const shared = { directory, store, purses, windows, pepper, everybody, providerBudgets, baseOf };
  const { availableTeams, endUserBudgetId: endUserBudget } = config.keeping;
  const more = { availableTeams, endUserBudget, forget, log, wall };
  const registry: Registry = { ...shared, ...more, flush: () => writer.flush() };
  return {
    keeping,
    billing,
    registry,
    onForget,
    prices: askedPrices(config, { groups: given.groups, prices, wall }),
    ring,
  };
};

/** Of budgets that the config has set, and of stored models. */
const configLengths = ({ keeping, routing, deployments }: LoadedConfig): string[] =>
  [
    keeping.budgetDuration,
    ...Object.values(routing.providerBudgets).map(({ duration }) => duration),
    ...deployments.map(({ budget }) => budget?.duration),
  ].filter((length) => length !== undefined);

const vendorsBase = ({ provider }: Deployment): string | undefined =>
  findProvider(provider)?.baseUrl;

const billingOf = (
  { keeping: { maxDollars, bodies } }: LoadedConfig,
  { directory, writer }: Keeping,
  of: {
    readonly cashier: Cashier;
    readonly ring: KeyRing;
    readonly turnedAway: TurnedAway;
    readonly members: () => ReadonlyMap<string, readonly Deployment[]>;
    readonly upstream: CashierDeps['upstream'];
    readonly estimator: Balance['estimator'];
  },
): Billing => {
  const { cashier, ring, turnedAway, members, upstream, estimator } = of;
  const names = derived(
    members,
    (groups) => new Map([...groups].map(([group, rows]) => [group, rows.map(({ name }) => name)])),
  );
  return {
    cashier,
    turnedAway,
    passOf(name) {
      const row = findKey(directory, name);
      return row && ring.alive(row);
    },
    members: (group) => names().get(group) ?? NONE,
    size(group, demand, tenant) {
      const model = members().get(group)?.[0]?.model;
      return model === undefined ? undefined : estimator.size(demand, model, tenant);
    },
    get measuresAll() {
      return maxDollars !== undefined || upstream() !== undefined;
    },
    ...(bodies && { bodies }),
    storeIsUp: () => writer.health.trouble === undefined,
  };
};

const forgetters = (first: Forget) => {
  const all = [first];
  return {
    forget: async (user: string): Promise<void> => {
      for (const each of all) await each(user);
    },
    onForget: (one: Forget): void => void all.push(one),
  };
};

/** Who among deployments and vendors has a budget; a change of the rows may give them others. */
const upstreamOf = (config: LoadedConfig): CashierDeps['upstream'] => {
  const { providerBudgets } = config.routing;
  const payers = derived(
    () => config.deployments,
    (rows) => {
      const its = new Map(rows.map((row) => [row.name, payersOf(row, providerBudgets)]));
      const isAny = [...its.values()].some((all) => all.length > 0);
      return { of: isAny ? (name: string) => its.get(name) ?? NOBODY : undefined };
    },
  );
  return () => payers().of;
};

const NOBODY: readonly Payer[] = [];

const payersOf = (
  { name, provider, budget }: Deployment,
  providers: LoadedConfig['routing']['providerBudgets'],
): readonly Payer[] => {
  const vendors = Object.hasOwn(providers, provider) ? providers[provider] : undefined;
  return [
    ...(budget ? [{ kind: 'deployment', id: name, label: name, ...budget } as const] : []),
    ...(vendors ? [{ kind: 'provider', id: provider, label: provider, ...vendors } as const] : []),
  ];
};

/** The budget that is named may be made or changed at any time. */
const endUserDefaultOf = (
  { keeping: settings }: LoadedConfig,
  { directory }: Keeping,
): CashierDeps['endUserDefault'] => {
  const { endUserDollars, endUserBudgetId: id } = settings;
  const own = endUserDollars === undefined ? undefined : { max_budget: endUserDollars };
  if (id === undefined) return () => own;
  return () => {
    const named = directory.budgets.get(id);
    return own && named ? { ...named, ...own } : (own ?? named);
  };
};

const NONE: readonly never[] = [];
