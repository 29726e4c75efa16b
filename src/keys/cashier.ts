import { SpillwayError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import { overBudget } from '#keys/bill-errors.ts';
import { Bill, type BillDeps, type BillSpec, callOf } from '#keys/bill.ts';
import type { Allowance, CustomerRow } from '#keys/fields.ts';
import { type Limited, LimitBook } from '#keys/limits.ts';
import { MOST_DOLLARS, nanosOf } from '#keys/money.ts';
import {
  type CustomerPart,
  customerPart,
  type Pass,
  type PassDeps,
  type Payer,
} from '#keys/pass.ts';
import { type Prospect, prospectOf } from '#keys/prospect.ts';
import { type Bound, type Purse, type PurseBook, PurseHold } from '#keys/purse.ts';
import { type PaidPurses, UpstreamMoney } from '#keys/upstream-budgets.ts';
import type { Windows } from '#keys/windows.ts';
import type { Payment } from '#store/spend.ts';

export interface CashierDeps extends BillDeps, PassDeps {
  readonly purses: PurseBook;
  readonly windows: Windows;
  /** What every end user may have who has no row of their own. */
  readonly endUserDefault: () => Allowance | undefined;
  /** What all together may spend, `litellm_settings.max_budget`. */
  readonly everybody: Allowance;
  /** A deployment and its vendor, as far as they have budgets; absent where nobody has. */
  readonly upstream: () => ((deployment: string) => readonly Payer[]) | undefined;
  /** Somebody has spent more than a soft budget; told once per window. */
  readonly softly: (label: string, details: JsonObject) => void;
}

/** The only region that may serve an end user, and the model for those of their requests that name none. */
export type EndUserWishes = Pick<CustomerRow, 'allowed_model_region' | 'default_model'>;

/** Whose a request is, and what it asks for. */
export interface Passenger {
  readonly id: string;
  /** Unix epoch ms. */
  readonly startedMs: number;
  readonly pass: Pass | undefined;
  readonly endUser: string;
  /** Empty where nobody serves what it asks for. */
  readonly group: string;
  readonly tags: readonly string[];
  /** A flow of ours makes it: without a key it is nobody's. */
  readonly isOfApp: boolean;
}

/** A request that wants to go. */
export interface Fare extends Passenger {
  /** The model that its caller asked for, where a flow answers in its place: its limits and budgets hold, too. */
  readonly asModel: string | undefined;
  /** What it is likely to take of its limits. */
  readonly tokensIn: number;
  readonly tokensOut: number;
  /** What it may come to; undefined where nobody knows its price. */
  readonly mostNanos: number | undefined;
  /** Nobody has said how long its answer may become: it is as long as others were, or is not. */
  readonly isGuess: boolean;
}

/** Whose calls the master key's are, in LiteLLM's words. */
const MASTER_USER = 'default_user_id';
const NOTHING: Prospect = {
  waits: false,
  limits: [],
  budgets: [],
  mostNanos: 0,
  inLine: [],
  upstream: undefined,
};
const NO_MONEY = {
  waits: false,
  charges: [],
  purses: [],
  bounds: [],
  payments: [],
  mostNanos: 0,
  upstream: undefined,
} as const;
/** Soft budgets that have been told of. */
const MOST_TOLD = 10_000;

/** Opens a bill for each request: whoever pays for it, and all that limits it, at one place. */
export class Cashier {
  readonly #deps: CashierDeps;
  readonly #limits: LimitBook;
  readonly #everybody: Payer;
  readonly #told = new Set<string>();
  /** By who pays, apart from everybody: asked for each request and each choice, and found once per window. */
  readonly #running = new WeakMap<readonly Payer[], Money>();

  constructor(deps: CashierDeps) {
    this.#deps = deps;
    this.#limits = new LimitBook(deps.ledger);
    const dollars = dollarsIn(deps.everybody);
    this.#everybody = { kind: 'global', id: '', label: 'Proxy', ...dollars };
  }

  /** Throws SpillwayError: see `Bill`, and `forbidden` for a price that is not known. */
  open(fare: Fare): Bill {
    return new Bill(this.#deps, this.#pricedSpec(fare));
  }

  /**
   * Of a request that is refused: it is written down, too, and takes nothing of anybody. `told`: what
   * its caller hears of what is left.
   */
  openRefused(passenger: Passenger, told: BillSpec['told'] = NO_MONEY): Bill {
    const { id, startedMs, pass } = passenger;
    const who = whoIs(passenger);
    return new Bill(this.#deps, { id, startedMs, pass, who, told, ...NO_MONEY });
  }

  /** Limits and purses that a request would draw from; none where it is not looked at. */
  drawnBy(fare: Fare): NonNullable<BillSpec['told']> {
    try {
      return this.#spec(fare);
    } catch {
      // Its end user is blocked: that is all that is said.
      return NO_MONEY;
    }
  }

  /**
   * Throws SpillwayError `over_budget` where somebody who would pay has nothing left. Nothing is set
   * aside: nobody knows yet what it comes to.
   */
  checkMoney(passenger: Pick<Passenger, 'pass' | 'group' | 'endUser'>): void {
    const { bounds } = this.#moneyOf(passenger, this.#customer(passenger.endUser));
    const short = PurseHold.shortOf(bounds, 0);
    if (short) throw overBudget(short, 0, this.#deps.wall());
  }

  /** What an end user's row says of where they are served; undefined where they have none. */
  wishesOf(endUser: string): EndUserWishes | undefined {
    return endUser === '' ? undefined : this.#deps.directory.customers.get(endUser);
  }

  /** How it would fare: nothing is set aside. */
  look(fare: Fare): Prospect {
    try {
      return prospectOf(this.#deps, this.#pricedSpec(fare));
    } catch (thrown) {
      return { ...NOTHING, refusal: SpillwayError.from(thrown) };
    }
  }

  #pricedSpec(fare: Fare): BillSpec {
    if (fare.pass?.refusesUnpriced && fare.mostNanos === undefined) throw unpriced(fare.group);
    return this.#spec(fare);
  }

  #spec(fare: Fare): BillSpec {
    const { pass, tokensIn, tokensOut, mostNanos = 0, isGuess } = fare;
    const customer = this.#customer(fare.endUser);
    const { purses, bounds, payments } = this.#moneyOf(fare, customer);
    const limited = limitedOf(fare, customer);
    const upstream = this.#deps.upstream();
    const waits = (pass?.waitMs ?? 0) > 0;
    return {
      id: fare.id,
      startedMs: fare.startedMs,
      pass,
      who: whoIs(fare),
      waits,
      charges:
        limited.length === 0
          ? NONE
          : this.#limits.charges(limited, callOf(tokensIn, tokensOut), {
              now: this.#deps.now(),
              guess: isGuess ? { waits } : undefined,
            }),
      purses,
      bounds,
      payments,
      mostNanos: isGuess ? PurseHold.guessed(bounds, mostNanos) : mostNanos,
      upstream: upstream && this.#moneyOfUpstream(upstream, { mostNanos, isGuess }),
    };
  }

  #moneyOfUpstream(
    payersOf: (deployment: string) => readonly Payer[],
    most: { readonly mostNanos: number; readonly isGuess: boolean },
  ): UpstreamMoney {
    return new UpstreamMoney((deployment) => this.#upstreamMoney(payersOf(deployment)), most);
  }

  /** Most often the payers of a key are the same for all its requests, or for all of one model. */
  #moneyOf(
    { pass, group, asModel }: Pick<Passenger, 'pass' | 'group'> & Partial<Pick<Fare, 'asModel'>>,
    customer: CustomerPart | undefined,
  ): Money {
    const wallMs = this.#deps.wall();
    const usual = pass?.payers ?? NONE;
    const ofModel = pass?.modelPayers(group) ?? NONE;
    const asked = (asModel !== undefined && pass?.modelPayers(asModel)) || NONE;
    // What a key says of a model is one list for as long as its pass.
    const own = ofModel.length > 0 ? ofModel : usual;
    const isOwn = !customer && asked.length === 0;
    let money = isOwn ? this.#known(own, wallMs) : undefined;
    if (!money) {
      const customers = customer
        ? [customer.payer, ...bothModels(customer.ofModel.payers, { group, asModel })]
        : NONE;
      const payers = [...usual, ...ofModel, ...customers, this.#everybody, ...asked];
      money = this.#money(payers, wallMs);
      if (isOwn) this.#running.set(own, money);
    }
    for (const soft of money.soft) this.#checkSoft(soft);
    return money;
  }

  #upstreamMoney(payers: readonly Payer[]): Money {
    const wallMs = this.#deps.wall();
    const known = this.#known(payers, wallMs);
    if (known) return known;
    const money = this.#money(payers, wallMs);
    this.#running.set(payers, money);
    return money;
  }

  #known(of: readonly Payer[], wallMs: number): Money | undefined {
    const known = this.#running.get(of);
    return known && wallMs >= known.fromMs && wallMs < known.untilMs ? known : undefined;
  }

  #money(payers: readonly Payer[], wallMs: number): Money {
    const [purses, bounds, soft]: [Purse[], Bound[], SoftBound[]] = [[], [], []];
    let [fromMs, untilMs] = [-Infinity, Infinity];
    for (const payer of payers) {
      const { kind, id, label, name, maxDollars, softDollars, duration, raised } = payer;
      const total = this.#deps.purses.purse({ kind, id, sinceMs: 0 });
      purses.push(total);
      const window = duration === undefined ? undefined : this.#deps.windows.at(duration, wallMs);
      const purse = window
        ? this.#deps.purses.purse({ kind, id, sinceMs: window.startMs }, window.endMs)
        : total;
      if (window) {
        purses.push(purse);
        fromMs = Math.max(fromMs, window.startMs);
        untilMs = Math.min(untilMs, window.endMs);
      }
      if (softDollars !== undefined)
        soft.push({ label: name ?? label, softNanos: nanosOf(softDollars), purse });
      if (maxDollars === undefined) continue;
      const isRaised = raised !== undefined && wallMs < raised.untilMs;
      if (isRaised) untilMs = Math.min(untilMs, raised.untilMs);
      else if (raised) fromMs = Math.max(fromMs, raised.untilMs);
      const resetMs = window && { resetMs: window.endMs };
      const more = isRaised ? raised.dollars : 0;
      const maxNanos = nanosOf(Math.min(maxDollars + more, MOST_DOLLARS));
      bounds.push({ purse, maxNanos, label, ...resetMs });
    }
    const payments = purses.map(({ payment }) => payment);
    return { purses, bounds, payments, soft, fromMs, untilMs };
  }

  #checkSoft({ label, softNanos, purse: { payment, spentNanos } }: SoftBound): void {
    if (spentNanos < softNanos) return;
    const key = JSON.stringify(payment);
    if (this.#told.has(key) || this.#told.size >= MOST_TOLD) return;
    this.#told.add(key);
    this.#deps.softly(label, { ...payment, spentNanos, softNanos });
  }

  /** An end user who is known, or all that have a default; others are only written down. */
  #customer(id: string): CustomerPart | undefined {
    if (id === '') return undefined;
    const row = this.#deps.directory.customers.get(id);
    if (row?.blocked)
      throw new SpillwayError(
        'unauthorized',
        `Authentication Error, End User=${id.slice(0, 100)} is blocked. Update via \`/customer/unblock\` if you're admin.`,
      );
    const allowance = row ?? this.#deps.endUserDefault();
    return allowance && customerPart(this.#deps, { id, row: allowance });
  }
}

const whoIs = (passenger: Passenger): BillSpec['who'] => {
  const { pass, endUser, group, tags, isOfApp } = passenger;
  return {
    token: pass?.key.token ?? '',
    user: pass ? (pass.key.user_id ?? '') : isOfApp ? '' : MASTER_USER,
    team: pass?.key.team_id ?? '',
    endUser,
    group,
    tags: bothOf(pass?.tags ?? NONE, tags),
  };
};

/** Each of them once. */
const bothOf = (some: readonly string[], others: readonly string[]): readonly string[] =>
  some.length + others.length < 2
    ? others.length > 0
      ? others
      : some
    : [...new Set([...some, ...others])];

const NONE: readonly never[] = [];

const limitedOf = (fare: Fare, customer: CustomerPart | undefined): readonly Limited[] => {
  const { pass, group, asModel } = fare;
  const theirs = customer
    ? [...customer.limited, ...bothModels(customer.ofModel.limited, fare)]
    : NONE;
  if (!pass) return theirs;
  const ofModel = pass.modelLimited(group);
  const asked = asModel === undefined ? NONE : pass.modelLimited(asModel);
  const isUsual = ofModel.length + asked.length + theirs.length === 0;
  return isUsual ? pass.limited : [...pass.limited, ...ofModel, ...asked, ...theirs];
};

/** Of the model that answers, and of the one that was asked for where that is another. */
const bothModels = <One>(
  of: (model: string) => readonly One[],
  { group, asModel }: Pick<Fare, 'group'> & Partial<Pick<Fare, 'asModel'>>,
): readonly One[] => (asModel === undefined ? of(group) : [...of(group), ...of(asModel)]);

/** Purses with the time in which they are the ones to draw from, Unix epoch ms. */
interface Money extends PaidPurses {
  readonly soft: readonly SoftBound[];
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Of what somebody is told once it is spent. */
interface SoftBound {
  readonly label: string;
  readonly softNanos: number;
  readonly purse: Purse;
}

/** What is spent of a payer's budget now. */
export const spentOf = (
  { purses, windows }: Pick<CashierDeps, 'purses' | 'windows'>,
  { kind, id }: Pick<Payment, 'kind' | 'id'>,
  of: { readonly duration: string | null | undefined; readonly wallMs: number },
): { readonly totalNanos: number; readonly nanos: number; readonly resetMs?: number } => {
  const { spentNanos: totalNanos } = purses.purse({ kind, id, sinceMs: 0 });
  if (!of.duration) return { totalNanos, nanos: totalNanos };
  const { startMs, endMs } = windows.at(of.duration, of.wallMs);
  const { spentNanos: nanos } = purses.purse({ kind, id, sinceMs: startMs });
  return { totalNanos, nanos, resetMs: endMs };
};

const dollarsIn = ({ max_budget: max, budget_duration: duration }: Allowance) => ({
  ...(typeof max === 'number' && max > 0 && { maxDollars: max }),
  ...(typeof duration === 'string' && { duration }),
});

const unpriced = (group: string): SpillwayError =>
  new SpillwayError(
    'forbidden',
    `Nobody knows the price of ${group.slice(0, 100)}, and this key refuses models without one. Set input_cost_per_token and output_cost_per_token in its model_info.`,
    { param: 'model' },
  );
