import { SpillwayError } from '#core/errors.ts';
import type { Dimension } from '#core/quota.ts';
import { type LimitCharge, shortOf } from '#keys/limits.ts';
import { dollarsOf } from '#keys/money.ts';
import type { Bound } from '#keys/purse.ts';
import type { Ledger } from '#ledger/ledger.ts';

interface BillErrorDeps {
  readonly ledger: Ledger;
  readonly now: () => number;
  readonly wall: () => number;
}

/** A bound that a request would go beyond. What is spent for good is no matter of trying again. */
export const overBudget = (
  { purse, maxNanos, resetMs, label }: Bound,
  mostNanos: number,
  wallMs: number,
): SpillwayError => {
  const { spentNanos, reservedNanos } = purse;
  const whose = label === '' ? '' : ` ${label}`;
  const isSpent = spentNanos >= maxNanos;
  const held = isSpent
    ? ''
    : ` (${shown(reservedNanos)} set aside for requests under way; this one may take ${shown(mostNanos)}: lower max_tokens, or try again when they have ended)`;
  const reset =
    resetMs === undefined ? '' : ` It begins anew at ${new Date(resetMs).toISOString()}.`;
  return new SpillwayError(
    'over_budget',
    `Budget has been exceeded!${whose} Current cost: ${dollarsOf(spentNanos)}, Max budget: ${dollarsOf(maxNanos)}${held}.${reset}`,
    {
      isFinal: isSpent,
      ...(isSpent && resetMs !== undefined && { retryAfterMs: Math.max(1, resetMs - wallMs) }),
    },
  );
};

const shown = (nanos: number): string => `$${dollarsOf(nanos)}`;

const LIMIT_WORDS: Readonly<Partial<Record<Dimension, string>>> = {
  requests: 'requests',
  tokens: 'tokens',
  input: 'input tokens',
  output: 'output tokens',
  parallel: 'max_parallel_requests',
};

/** LiteLLM's headers know one kind of tokens. */
const LIMIT_TYPES: Readonly<Partial<Record<Dimension, string>>> = {
  ...LIMIT_WORDS,
  input: 'tokens',
  output: 'tokens',
};

/** A limit that has no room now, in LiteLLM's words, with the exact time. */
export const atLimit = (
  { ledger, now, wall }: BillErrorDeps,
  charges: readonly LimitCharge[],
): SpillwayError => {
  const at = now();
  const waits = charges.map((charge) => ({ charge, waitMs: ledger.waitMs([charge], at) }));
  const { charge, waitMs } = waits.reduce((a, b) => (b.waitMs > a.waitMs ? b : a));
  const short = shortOf(ledger, charge, at);
  const dimension = short?.dimension ?? 'requests';
  const { [dimension]: kind = dimension } = LIMIT_WORDS;
  const { [dimension]: type = dimension } = LIMIT_TYPES;
  const resets = new Date(wall() + waitMs).toISOString().replace('T', ' ').slice(0, 19);
  const resetAt = `${resets} UTC`;
  return new SpillwayError(
    'rate_limited',
    `Rate limit exceeded for ${charge.descriptor}: ${charge.label}. Limit type: ${kind}. ` +
      `Current limit: ${short?.amount ?? 0}, Remaining: ${Math.max(0, Math.floor(short?.level ?? 0))}. ` +
      `Limit resets at: ${resetAt}`,
    { retryAfterMs: Math.max(1, waitMs), limit: { type, resetAt } },
  );
};

/** No wait makes a whole limit larger; undefined where none is too small. */
export const tooLarge = (
  { ledger, now }: Pick<BillErrorDeps, 'ledger' | 'now'>,
  charges: readonly LimitCharge[],
): SpillwayError | undefined => {
  const at = now();
  const charge = charges.find((each) => ledger.waitMs([each], at) === Infinity);
  return charge && largerThanLimit(ledger, charge, at);
};

const largerThanLimit = (ledger: Ledger, charge: LimitCharge, at: number): SpillwayError => {
  const short = shortOf(ledger, charge, at);
  const kind = LIMIT_WORDS[short?.dimension ?? 'tokens'];
  return new SpillwayError(
    'too_large',
    `This request (about ${charge.cost.tokens ?? 0} tokens) is larger than the whole limit of ${charge.descriptor}: ${charge.label}. ` +
      `Limit type: ${kind}, limit: ${short?.amount ?? 0} a minute. Send less, lower max_tokens, or have the limit raised.`,
    { isFinal: true },
  );
};
