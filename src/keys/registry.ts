import { randomUUID } from 'node:crypto';
import type { JsonObject } from '#core/json.ts';
import type { Log } from '#core/log.ts';
import { spentOf } from '#keys/cashier.ts';
import type { Directory } from '#keys/directory.ts';
import { type Allowance, bodyOf } from '#keys/fields.ts';
import { dollarsOf, nanosOf } from '#keys/money.ts';
import { withBudget } from '#keys/pass.ts';
import type { Principal } from '#keys/principal.ts';
import type { PurseBook } from '#keys/purse.ts';
import type { Windows } from '#keys/windows.ts';
import type { Payment } from '#store/spend.ts';
import type { Store } from '#store/store.ts';

/** What whoever manages keys and people works with. */
export interface Registry {
  readonly directory: Directory;
  readonly store: Store;
  readonly purses: PurseBook;
  /** Puts what was recorded until now into the store. */
  readonly flush: () => Promise<void>;
  readonly windows: Windows;
  readonly pepper: string;
  /** What all together may spend. */
  readonly everybody: Allowance;
  /** The budget of end users who have no row of their own, by its id. */
  readonly endUserBudget: string | undefined;
  /** Teams that whoever has a key of their own may join, by their ids. */
  readonly availableTeams: readonly string[];
  /** What each vendor may be paid, by its name: dollars, and in how long. */
  readonly providerBudgets: Readonly<
    Record<string, { readonly maxDollars: number; readonly duration?: string }>
  >;
  /** Where a deployment's vendor is asked; undefined for one that is gone. */
  readonly baseOf: (deployment: string) => string | undefined;
  readonly log: Log;
  /** Forgets a person wherever else they are remembered. */
  readonly forget: (user: string) => Promise<void>;
  /** Unix epoch ms. */
  readonly wall: () => number;
}

/** Fields that are nobody's business but ours. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['lookup', 'former', 'id']);

/** A row as it is shown: without what opens it, with what was spent. */
export const shownRow = (
  registry: Registry,
  row: Allowance & object,
  payer: Pick<Payment, 'kind' | 'id'>,
): JsonObject => {
  const allowance = withBudget(registry.directory, row);
  const spent = spentOf(registry, payer, {
    duration: allowance.budget_duration,
    wallMs: registry.wall(),
  });
  const body = Object.entries(bodyOf(row)).filter(([name]) => !OWN_FIELDS.has(name));
  const budget = row.budget_id ? registry.directory.budgets.get(row.budget_id) : undefined;
  return {
    ...Object.fromEntries(body),
    spend: dollarsOf(spent.nanos),
    total_spend: dollarsOf(spent.totalNanos),
    budget_reset_at: spent.resetMs === undefined ? null : iso(spent.resetMs),
    litellm_budget_table: budget ? bodyOf(budget) : null,
  };
};

export const iso = (wallMs: number): string => new Date(wallMs).toISOString();

/** Sets what was spent of a payer's budget, in the store and here. */
export const setSpend = async (
  { store, purses, windows, wall }: Registry,
  payer: Pick<Payment, 'kind' | 'id'>,
  of: { readonly dollars: number; readonly duration: string | null | undefined },
): Promise<void> => {
  const nanos = nanosOf(of.dollars);
  const starts = of.duration ? [0, windows.at(of.duration, wall()).startMs] : [0];
  for (const sinceMs of starts) {
    const payment = { ...payer, sinceMs };
    await store.spend.setPaid(payment, nanos);
    purses.take([{ ...payment, nanos }]);
  }
};

/** Word for whoever has the master key, in LiteLLM's logs too. */
const ADMIN = 'default_user_id';

const actorOf = ({ userId, token }: Principal): string => userId ?? token ?? ADMIN;

/** Who changed what, for whoever asks later. A trail that cannot be written stops nothing, and is said. */
export const audit = async (
  { store, log, wall }: Registry,
  principal: Principal,
  entry: {
    readonly action: string;
    readonly subject: string;
    readonly objectId: string;
    readonly before?: object | undefined;
    readonly after?: object | undefined;
  },
): Promise<void> => {
  const { action, subject, objectId, before, after } = entry;
  try {
    await store.audit.add([
      {
        id: randomUUID(),
        atMs: wall(),
        actor: actorOf(principal),
        action,
        subject,
        objectId,
        before: before ? plain(before) : null,
        after: after ? plain(after) : null,
      },
    ]);
  } catch (cause) {
    log.error(
      { action, subject, objectId, cause: String(cause) },
      'the audit log cannot be written',
    );
  }
};

const plain = (row: object): JsonObject =>
  Object.fromEntries(Object.entries(bodyOf(row)).filter(([name]) => !OWN_FIELDS.has(name)));

/** Stamps of a row that is new, or has changed. */
export const stamped = (
  { wall }: Registry,
  principal: Principal,
  before?: {
    readonly created_at?: string | null | undefined;
    readonly created_by?: string | null | undefined;
  },
) => {
  const now = iso(wall());
  const actor = actorOf(principal);
  return {
    created_at: before?.created_at ?? now,
    created_by: before?.created_by ?? actor,
    updated_at: now,
    updated_by: actor,
  };
};
