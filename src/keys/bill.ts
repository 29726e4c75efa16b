import type { Cost } from '#core/quota.ts';
import type { Pass } from '#keys/pass.ts';
import { atLimit, overBudget, tooLarge } from '#keys/bill-errors.ts';
import { limitWords } from '#keys/limit-words.ts';
import type { CallCost, LimitCharge } from '#keys/limits.ts';
import { dollarsOf } from '#keys/money.ts';
import { type Purse, PurseHold } from '#keys/purse.ts';
import type { PaidPurses, UpstreamMoney } from '#keys/upstream-budgets.ts';
import type { Ledger } from '#ledger/ledger.ts';
import type { Reservation } from '#ledger/reservation.ts';
import type { NewSpend, SpendBody, SpendRecord } from '#store/spend.ts';

/** What a request has come to, in the words of whoever served it. */
export interface Outcome {
  readonly status: SpendRecord['status'];
  readonly nanos: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly model: string;
  readonly deployment: string;
  readonly provider: string;
  readonly more: NewSpend['more'];
  readonly body: SpendBody | undefined;
}

export interface BillDeps {
  readonly ledger: Ledger;
  readonly now: () => number;
  readonly wall: () => number;
  /** Writes it down before it returns; where `isTurns`, before anybody hears what goes out at the end of the turn. */
  readonly record: (record: NewSpend, isTurns: boolean) => void;
  /** Room has come back in an account of ours. */
  readonly changed: () => void;
}

/** Whose request it is and what it asks for. */
export interface BillSpec extends PaidPurses {
  readonly id: string;
  readonly startedMs: number;
  readonly pass: Pass | undefined;
  readonly who: Pick<SpendRecord, 'token' | 'user' | 'team' | 'endUser' | 'group' | 'tags'>;
  /** At its own limits it waits in line: then these are taken when it leaves that. */
  readonly waits: boolean;
  readonly charges: readonly LimitCharge[];
  /** What is told of limits and money of its payers, where it takes nothing of them. */
  readonly told?: Pick<BillSpec, 'charges' | 'purses'>;
  /** Whole nano-dollars that it may come to. */
  readonly mostNanos: number;
  /** Absent where no deployment and no vendor has a budget. */
  readonly upstream: UpstreamMoney | undefined;
}

/**
 * One request on its payers' accounts: limits and money are set aside when it is opened, what it came
 * to is taken and written down when it is closed, once.
 */
export class Bill {
  readonly #deps: BillDeps;
  readonly #spec: BillSpec;
  readonly #hold: PurseHold;
  readonly #reservation: Reservation | undefined;
  #cost: Cost | undefined;

  /** Throws SpillwayError `over_budget`, `rate_limited` with the exact time, or `too_large`. */
  constructor(deps: BillDeps, spec: BillSpec) {
    this.#deps = deps;
    this.#spec = spec;
    const { charges, waits, mostNanos } = spec;
    const hold = PurseHold.take(spec.purses, spec.bounds, mostNanos);
    if (!(hold instanceof PurseHold))
      throw tooLarge(deps, charges) ?? overBudget(hold, mostNanos, deps.wall());
    this.#hold = hold;
    if (charges.length === 0) return;
    if (!waits) this.#reservation = deps.ledger.reserve(charges, deps.now());
    if (this.#reservation) return;
    // Most often there is room: whether there ever will be is asked where there is none.
    const never = tooLarge(deps, charges);
    if (waits && !never) return;
    hold.settle(0);
    throw never ?? atLimit(deps, charges);
  }

  get pass(): Pass | undefined {
    return this.#spec.pass;
  }

  /** What is to be taken when the request leaves the line. */
  get inLine(): readonly LimitCharge[] {
    return this.#spec.waits ? this.#spec.charges : [];
  }

  get upstream(): UpstreamMoney | undefined {
    return this.#spec.upstream;
  }

  /** What it came to in requests and tokens; undefined until it is closed. */
  get cost(): Cost | undefined {
    return this.#cost;
  }

  /** Later calls are void. `isTurns`: whoever it is for hears nothing before the end of a turn. */
  close(outcome: Outcome, isTurns = false): void {
    if (this.#cost) return;
    const { tokensIn, tokensOut, nanos } = outcome;
    const cost = callOf(tokensIn, tokensOut);
    this.#cost = cost;
    this.#hold.settle(nanos);
    this.#deps.record(this.#record(outcome), isTurns);
    const [first] = this.#spec.charges;
    if (!this.#reservation || !first) return;
    // All charges of a request share one cost.
    this.#reservation.settleEach({ charged: first.cost, cost }, this.#deps.now());
    this.#deps.changed();
  }

  /** Field by field: copied from three objects it took more than all else here. */
  #record(outcome: Outcome): NewSpend {
    const { id, startedMs, who, payments, upstream } = this.#spec;
    const also = upstream?.settle(outcome.deployment, outcome.nanos);
    return {
      id,
      startedMs,
      endedMs: this.#deps.wall(),
      token: who.token,
      user: who.user,
      team: who.team,
      endUser: who.endUser,
      group: who.group,
      model: outcome.model,
      deployment: outcome.deployment,
      provider: outcome.provider,
      status: outcome.status,
      nanos: outcome.nanos,
      tokensIn: outcome.tokensIn,
      tokensOut: outcome.tokensOut,
      tags: who.tags,
      payments: also ? [...payments, ...also] : payments,
      more: outcome.more,
      body: outcome.body,
    };
  }

  /** What is left, in the headers of LiteLLM's clients: lines, with numbers for values. */
  get told(): string {
    const { pass, told = this.#spec } = this.#spec;
    if (!pass) return '';
    const { ledger } = this.#deps;
    const now = this.#deps.now();
    let lines = '';
    for (const { account, descriptor } of told.charges) {
      const names = limitWords(descriptor).headers;
      for (const { dimension, amount, level } of ledger.gauges(account, now)) {
        const name = names[dimension];
        if (name === undefined) continue;
        const left = Math.max(0, Math.floor(level));
        lines += `${name.limit}${amount}${name.left}${left}\r\n`;
      }
    }
    return `${lines}${pass.told}x-litellm-key-spend: ${keySpend(told.purses)}\r\n`;
  }
}

/** What one call takes of its caller's limits. */
export const callOf = (input: number, output: number): CallCost => ({
  requests: 1,
  parallel: 1,
  input,
  output,
  tokens: input + output,
});

/** As `/key/info` has it: where a budget begins anew, since then. */
const keySpend = (purses: readonly Purse[]): number => {
  let spentNanos = 0;
  for (const { payment, spentNanos: spent } of purses)
    if (payment.kind === 'key') spentNanos = spent;
  return dollarsOf(spentNanos);
};
