import type { Cost, Dimension, QuotaNews } from '#core/quota.ts';
import { isObject, type Json, type JsonObject, own, setOwn } from '#core/json.ts';
import { Account } from '#ledger/account.ts';
import { total } from '#ledger/amounts.ts';
import { checkLimit, type Gauge, type Limit, type LimitSource } from '#ledger/limit.ts';
import { learnRefusal } from '#ledger/refusal.ts';
import { type Charge, Hold, type Reservation } from '#ledger/reservation.ts';
import { learnTold } from '#ledger/told.ts';

/** Share of a pool's capacity that is never spent: estimates are off by some. */
const FLOOR = 0.01;

/** More than any answer has limits. */
const MAX_TOLD = 16;

/** What takes longer was not underway. */
const MAX_TRANSIT_MS = 10_000;

const VERSION = 1;

/** A ledger as plain JSON, without an instant in it. */
export interface LedgerSnapshot extends JsonObject {
  version: number;
  accounts: JsonObject;
}

export interface LedgerOptions {
  /** Share of the capacity for tokens that is never spent, 0 ≤ floor < 1; of every account. */
  readonly floor?: number;
  /** Of a single account; undefined where nothing is special about it. */
  readonly floorOf?: (account: string) => number | undefined;
}

/**
 * What each account has left. Pure arithmetic on whole numbers: `now` is monotonic ms, and the same
 * calls give the same levels. An account without limits and refusals never waits.
 */
export class Ledger {
  readonly #options: LedgerOptions;
  readonly #accounts = new Map<string, Account>();

  constructor(options: LedgerOptions = {}) {
    this.#options = options;
  }

  /**
   * States or replaces a limit of an account: one with the same dimension and window is the same
   * limit, of which what is used stays used. Throws a RangeError when it is no limit.
   */
  limit(
    account: string,
    limit: Limit,
    { source, now }: { source: LimitSource; now: number },
  ): void {
    checkLimit(limit);
    this.#account(account).limit(limit, source, now);
  }

  /**
   * Ms until all charges fit, 0 when they do; exact while nothing else happens, but for `parallel`,
   * of which nobody knows when a call ends: who waits for it asks again at each end. Infinity when a
   * charge is larger than a limit that was stated or told, or than what was refused as too large.
   */
  waitMs(charges: readonly Charge[], now: number): number {
    let waitMs = 0;
    for (const { account, cost } of distinct(charges)) {
      const ownMs = this.#accounts.get(account)?.waitMs(cost, now) ?? 0;
      if (ownMs > waitMs) waitMs = ownMs;
    }
    return waitMs;
  }

  /** The same for one cost that each of several accounts is charged, none of them twice. */
  waitForMs(accounts: readonly string[], cost: Cost, now: number): number {
    let waitMs = 0;
    for (const account of accounts) {
      const ownMs = this.#accounts.get(account)?.waitMs(cost, now) ?? 0;
      if (ownMs > waitMs) waitMs = ownMs;
    }
    return waitMs;
  }

  /** What of an account a charge waits for longest; undefined where it does not, or nobody knows. */
  shortOf({ account, cost }: Charge, now: number): Dimension | undefined {
    return this.#accounts.get(account)?.shortOf(cost, now);
  }

  /**
   * Takes all charges or none: undefined when they do not fit. `transitMs`: the time that is known to
   * pass until the upstream charges the call; what is full stays full until then.
   */
  reserve(
    charges: readonly Charge[],
    now: number,
    { transitMs = 0 }: { readonly transitMs?: number } = {},
  ): Reservation | undefined {
    for (const { account } of charges) this.#account(account).grow(now);
    if (this.waitMs(charges, now) > 0) return undefined;
    const transit = transitMs > 0 ? Math.min(transitMs, MAX_TRANSIT_MS) : 0;
    const shares = charges.map(({ account, cost }) =>
      this.#account(account).take(cost, now, transit),
    );
    return new Hold(charges, shares);
  }

  /**
   * What an upstream's answer told of an account; `reservation` is the one of the call that was
   * answered, ended or not. What cannot be true in it is ignored.
   */
  learn(
    account: string,
    news: QuotaNews,
    { reservation, now }: { readonly reservation?: Reservation | undefined; readonly now: number },
  ): void {
    const learner = this.#account(account);
    learner.grow(now);
    if (news.told.length === 0 && !news.refusal) return;
    const hold = reservation instanceof Hold ? reservation : undefined;
    const answer = {
      account: learner,
      share: hold?.shares.find((share) => share.account === learner),
      isOpen: hold?.isOpen ?? false,
      isRefused: news.refusal !== undefined,
      now,
    };
    const count = Math.min(news.told.length, MAX_TOLD);
    for (let i = 0; i < count; i++) learnTold(news.told[i]!, answer);
    if (news.refusal) learnRefusal(news.refusal, answer);
  }

  /** The limits of an account, as they are now: the same list each time, to be read at once. */
  gauges(account: string, now: number): readonly Gauge[] {
    return this.#accounts.get(account)?.gauges(now) ?? NONE;
  }

  /** Until all limits of an account hold this share of what they can, ms: what comes to a full one is lost. */
  fullMs(account: string, share: number, now: number): number {
    return this.#accounts.get(account)?.fullMs(share, now) ?? 0;
  }

  /** All that an account was ever charged in a dimension, less what was given back. */
  charged(account: string, dimension: Dimension): number {
    return this.#accounts.get(account)?.charged(dimension) ?? 0;
  }

  /** Until when nothing at all is sent for an account, monotonic ms; 0 when something may be. */
  blockedUntil(account: string, now: number): number {
    return this.#accounts.get(account)?.obstacles.parkedUntil(now) ?? 0;
  }

  /** All that would have to be learned again. Limits of the config are not in it. */
  snapshot(now: number): LedgerSnapshot {
    const accounts: JsonObject = {};
    for (const [name, account] of this.#accounts) setOwn(accounts, name, account.save(now));
    return { version: VERSION, accounts };
  }

  /**
   * Takes over what `snapshot` gave `elapsedMs` ago, after the config's limits have been stated. What
   * cannot be true in it is ignored.
   */
  restore(snapshot: Json, { elapsedMs, now }: { elapsedMs: number; now: number }): void {
    if (!isObject(snapshot) || own(snapshot, 'version') !== VERSION) return;
    const accounts = own(snapshot, 'accounts');
    if (!isObject(accounts)) return;
    const elapsed = elapsedMs > 0 ? elapsedMs : 0;
    for (const [name, saved] of Object.entries(accounts))
      if (isObject(saved)) this.#account(name).load(saved, elapsed, now);
  }

  #account(name: string): Account {
    let account = this.#accounts.get(name);
    if (account === undefined) {
      const floor = this.#options.floorOf?.(name) ?? this.#options.floor ?? FLOOR;
      this.#accounts.set(name, (account = new Account(floor)));
    }
    return account;
  }
}

const NONE: readonly Gauge[] = [];

/** The charges with one for each account. */
const distinct = (charges: readonly Charge[]): readonly Charge[] => {
  for (let i = 1; i < charges.length; i++)
    for (let j = 0; j < i; j++)
      if (charges[i]!.account === charges[j]!.account) return merged(charges);
  return charges;
};

const merged = (charges: readonly Charge[]): readonly Charge[] => {
  const costs = new Map<string, Charge>();
  for (const { account, cost } of charges)
    costs.set(account, { account, cost: total(costs.get(account)?.cost ?? {}, cost) });
  return [...costs.values()];
};
