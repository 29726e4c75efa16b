import type { Bid } from '#balancer/bid.ts';
import type { Dimension } from '#core/quota.ts';
import type { Ledger } from '#ledger/ledger.ts';

/** Dimensions that measure size: what waits is summed up in them. */
const SIZES: ReadonlySet<Dimension> = new Set(['tokens', 'input', 'output']);

/** Longer windows bound what goes in a day: they say little about how fast it goes. */
const PACE_WINDOW_MS = 60_000;

export interface Amount {
  readonly tokens: number;
  readonly requests: number;
}

/** What known limits can give: what they hold, and what comes back per ms; endless where nothing bounds it. */
interface Supply {
  readonly held: number;
  readonly perMs: number;
}

/** Of the accounts of all bids that lie equally deep. */
interface Layer {
  readonly tokens: Supply;
  readonly requests: Supply;
  /** How long the quickest of them takes to gather the tokens that a bid asks for, ms. */
  readonly fillMs: number;
}

/** Of all accounts that some bids draw from. */
export interface Supplies {
  /** The innermost, then the outermost where there are others: who draws from both waits for both. */
  readonly layers: readonly Layer[];
  readonly fillMs: number;
}

export const supplyOf = (ledger: Ledger, bids: readonly Bid[], now: number): Supplies => {
  const own = layerOf(ledger, { bids, at: -1, now });
  const isNested = bids.some(({ accounts }) => accounts.length > 1);
  const layers = isNested ? [own, layerOf(ledger, { bids, at: 0, now })] : [own];
  return { layers, fillMs: own.fillMs };
};

/**
 * How long it takes to serve so much, ms: what is held, then what comes back. Their number counts where
 * nothing bounds sizes: where something does, small requests pass large ones, and it says too much.
 */
export const supplyWaitMs = ({ layers }: Supplies, { tokens, requests }: Amount): number => {
  let waitMs = 0;
  for (const layer of layers) {
    const isSized = layer.tokens !== ENDLESS;
    const ownMs = isSized ? waitOf(layer.tokens, tokens) : waitOf(layer.requests, requests);
    waitMs = Math.max(waitMs, ownMs);
  }
  return waitMs;
};

const waitOf = ({ held, perMs }: Supply, amount: number): number => (amount - held) / perMs;

/** `at`: which of a bid's accounts, as in an array. */
const layerOf = (
  ledger: Ledger,
  { bids, at, now }: { readonly bids: readonly Bid[]; readonly at: number; readonly now: number },
): Layer => {
  let tokens: Supply | undefined = NOTHING;
  let requests: Supply | undefined = NOTHING;
  let fillMs = Infinity;
  const seen = new Set<string>();
  for (const bid of bids) {
    const account = bid.accounts.at(at)!;
    if (seen.has(account)) continue;
    seen.add(account);
    const given = givenBy(ledger, { bid, account, now });
    tokens = tokens && given.tokens && sum(tokens, given.tokens);
    requests = requests && given.requests && sum(requests, given.requests);
    fillMs = Math.min(fillMs, given.fillMs);
  }
  return {
    tokens: tokens && tokens.perMs > 0 ? tokens : ENDLESS,
    requests: requests && requests.perMs > 0 ? requests : ENDLESS,
    fillMs: fillMs === Infinity ? 0 : fillMs,
  };
};

/** What one account gives; absent where nothing bounds it. */
const givenBy = (
  ledger: Ledger,
  { bid, account, now }: { readonly bid: Bid; readonly account: string; readonly now: number },
): { tokens: Supply | undefined; requests: Supply | undefined; fillMs: number } => {
  let tokens: Supply | undefined;
  let requests: Supply | undefined;
  let fillMs = 0;
  for (const { dimension, amount, windowMs, level } of ledger.gauges(account, now)) {
    const cost = bid.cost[dimension] ?? 0;
    if (cost === 0 || windowMs === 0) continue;
    const given = { held: Math.max(0, level), perMs: amount / windowMs };
    if (SIZES.has(dimension)) {
      tokens = sum(tokens ?? NOTHING, given);
      fillMs = Math.max(fillMs, cost / given.perMs);
    } else if (dimension === 'requests' && windowMs <= PACE_WINDOW_MS)
      requests = requests && requests.perMs <= given.perMs ? requests : given;
  }
  return { tokens, requests, fillMs };
};

const NOTHING: Supply = { held: 0, perMs: 0 };
const ENDLESS: Supply = { held: Infinity, perMs: 1 };

const sum = (a: Supply, b: Supply): Supply => ({
  held: a.held + b.held,
  perMs: a.perMs + b.perMs,
});
