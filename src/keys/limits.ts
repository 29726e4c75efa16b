import type { Cost, Dimension } from '#core/quota.ts';
import type { Allowance } from '#keys/fields.ts';
import { limitWords } from '#keys/limit-words.ts';
import type { Ledger } from '#ledger/ledger.ts';
import { MAX_AMOUNT } from '#ledger/limit.ts';
import type { Charge } from '#ledger/reservation.ts';

const MINUTE_MS = 60_000;

/** What `tpm_limit` counts (`general_settings.token_rate_limit_type`). */
export type TokenKind = 'total' | 'input' | 'output';

const TOKENS: Readonly<Record<TokenKind, Dimension>> = {
  total: 'tokens',
  input: 'input',
  output: 'output',
};

/** What a request takes of somebody's limits. */
export interface LimitCharge extends Charge {
  /** The setting that limits it, for people. */
  readonly setting: string;
  /** LiteLLM's word for whose limit it is: `api_key`, `team`. */
  readonly descriptor: string;
  /** Who that is, for people. */
  readonly label: string;
}

/** Somebody with one limit or more, as the ledger knows them. */
export interface Limited {
  readonly account: string;
  readonly descriptor: string;
  readonly label: string;
  readonly amounts: Readonly<Partial<Record<Dimension, number>>>;
}

/** The limits of one allowance; empty where it has none. */
export const amountsOf = (of: Allowance, kind: TokenKind): Limited['amounts'] => {
  const amounts: Partial<Record<Dimension, number>> = {};
  const state = (dimension: Dimension, amount: number | null | undefined): void => {
    if (typeof amount === 'number')
      amounts[dimension] = Math.min(amount, amounts[dimension] ?? Infinity);
  };
  state('requests', of.rpm_limit);
  state(TOKENS[kind], of.tpm_limit);
  state('input', of.input_tpm_limit);
  state('output', of.output_tpm_limit);
  state('parallel', of.max_parallel_requests);
  return amounts;
};

/** The same for one model, where the allowance has a word about it. */
export const modelAmountsOf = (
  of: Allowance,
  model: string,
  kind: TokenKind,
): Limited['amounts'] => {
  const rpm = own(of.model_rpm_limit, model);
  const tpm = own(of.model_tpm_limit, model);
  return amountsOf({ rpm_limit: rpm, tpm_limit: tpm }, kind);
};

const own = (
  record: Readonly<Record<string, number>> | null | undefined,
  name: string,
): number | undefined => (record && Object.hasOwn(record, name) ? record[name] : undefined);

/** What one call takes. */
export type CallCost = Readonly<Record<Exclude<Dimension, 'money'>, number>>;

export interface Guess {
  /** It waits in line at its own limits. */
  readonly waits: boolean;
}

/** A guess that would fill more than this of a limit does not say who may go. */
const MUCH = 0.5;

const isMuch = (cost: CallCost, { tokens, output }: Limited['amounts']): boolean =>
  (tokens !== undefined && cost.tokens > tokens * MUCH) ||
  (output !== undefined && cost.output > output * MUCH);

/** States limits on the ledger as they are now, each when it is first needed or has changed. */
export class LimitBook {
  readonly #ledger: Ledger;
  readonly #stated = new Map<string, Limited['amounts']>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** What a request takes from each. `guess`: how long its answer becomes nobody has said. */
  charges(
    all: readonly Limited[],
    cost: CallCost,
    { now, guess }: { readonly now: number; readonly guess: Guess | undefined },
  ): readonly LimitCharge[] {
    return all.map(({ account, descriptor, label, amounts }) => {
      if (this.#stated.get(account) !== amounts) this.#state(account, amounts, now);
      const { setting } = limitWords(descriptor);
      const takes =
        guess && isMuch(cost, amounts) ? this.#guessed(account, cost, now, guess) : cost;
      return { account, descriptor, label, cost: takes, setting };
    });
  }

  /** Of such a guess what there is is taken, if that is more than the prompt: the rest shows afterwards. */
  #guessed(account: string, cost: CallCost, now: number, { waits }: Guess): Cost {
    const takes = { ...cost };
    for (const { dimension, amount, level } of this.#ledger.gauges(account, now)) {
      if (dimension !== 'tokens' && dimension !== 'output') continue;
      const least = dimension === 'tokens' ? cost.input + 1 : 1;
      // Who waits in line waits for all of it: there is nobody to be refused.
      const there = waits ? amount : Math.floor(level);
      takes[dimension] = Math.max(least, Math.min(cost[dimension], there));
    }
    return takes;
  }

  #state(account: string, amounts: Limited['amounts'], now: number): void {
    const known = this.#stated.get(account);
    const dimensions = Object.keys({ ...known, ...amounts }) as Dimension[];
    this.#stated.set(account, amounts);
    for (const dimension of dimensions) {
      // A limit that is there no more is one that nobody reaches.
      const amount = amounts[dimension] ?? MAX_AMOUNT;
      if (known?.[dimension] === amounts[dimension]) continue;
      const windowMs = dimension === 'parallel' ? 0 : MINUTE_MS;
      const limit = { dimension, amount, windowMs, refill: 'fixed' } as const;
      this.#ledger.limit(account, limit, { source: 'config', now });
    }
  }
}

/** What is short for a charge, and what is left of it; undefined where nothing is. */
export const shortOf = (
  ledger: Ledger,
  { account, cost }: Charge,
  now: number,
): { dimension: Dimension; amount: number; level: number } | undefined => {
  for (const { dimension, amount, level } of ledger.gauges(account, now))
    if ((cost[dimension] ?? 0) > level && amount < MAX_AMOUNT) return { dimension, amount, level };
  return undefined;
};
