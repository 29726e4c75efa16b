import { MEAN_TOKENS } from './workload.ts';

export interface KeyLimits {
  /** Tokens and requests per minute. */
  readonly tpm: number;
  readonly rpm: number;
  /** Of fixed windows: how far into its first window the key begins. */
  readonly phaseMs?: number;
}

/** When requests arrive, and whose they are. */
export interface Traffic {
  /** Two states that take turns: `high` and 2 − `high` times the mean rate, `meanS` long on average. */
  readonly bursts?: { readonly high: number; readonly meanS: number };
  /** Requests come in batches of this mean size, 5 ms apart. */
  readonly batch?: number;
  readonly longestPromptTokens?: number;
  /** Each tenant's share of the requests. */
  readonly tenantShares?: readonly number[];
}

export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly keys: readonly KeyLimits[];
  readonly traffic: Traffic;
  /** How much of a minute's requests the vendor lets through at once. */
  readonly requestBurstMs: number;
  /** Whether the gateway is told of that. */
  readonly burstIsKnown: boolean;
  readonly refill: 'linear' | 'fixed';
  /** Whether the vendor gives back the output tokens that were charged and not used. */
  readonly refunds: boolean;
  /** Somebody else takes this share of one key's tokens. */
  readonly hidden?: { readonly key: number; readonly share: number };
  /** How long a request may wait in the gateway; 0 is not at all. */
  readonly deadlineMs: number;
  /** Whether the vendor has no limits at all; those of the keys then only say what a load is. */
  readonly isUnlimited: boolean;
  /** Requests count that arrive from here on. */
  readonly measuredFromMs: number;
  /** Offered tokens divided by capacity. */
  readonly loads: readonly number[];
}

const LOADS = [0.5, 0.8, 0.95, 1, 1.2, 2];

/** Request limits that allow 1.25 times as many mean requests as the token limits. */
const withRpm = (tpm: number, meanTokens = MEAN_TOKENS.upfront): KeyLimits => ({
  tpm,
  rpm: Math.ceil((tpm / meanTokens) * 1.25),
});

const EQUAL = [1_000_000, 1_000_000, 1_000_000].map((tpm) => withRpm(tpm));
const SMALL = [200_000, 200_000, 200_000].map((tpm) => withRpm(tpm));
const UNEQUAL = [1_800_000, 900_000, 300_000].map((tpm) => withRpm(tpm));
const SKEWED = [
  { tpm: 1_800_000, rpm: 160 },
  { tpm: 900_000, rpm: 250 },
  { tpm: 300_000, rpm: 400 },
];
const REFUNDING = EQUAL.map(({ tpm }) => withRpm(tpm, MEAN_TOKENS.used));

const bursts = { high: 1.7, meanS: 40 };
const batch = 20;

const scenario = (
  id: string,
  title: string,
  own: Partial<Scenario> & Pick<Scenario, 'keys'>,
): Scenario => ({
  id,
  title,
  traffic: {},
  requestBurstMs: 10_000,
  burstIsKnown: true,
  refill: 'linear',
  refunds: false,
  deadlineMs: 60_000,
  isUnlimited: false,
  measuredFromMs: 300_000,
  loads: LOADS,
  ...own,
});

const unknownBurst = (id: string, requestBurstMs: number): Scenario =>
  scenario(
    id,
    `batches of 20, request burst of ${requestBurstMs / 1000} s unknown to the gateway`,
    {
      keys: EQUAL,
      traffic: { batch },
      requestBurstMs,
      burstIsKnown: false,
    },
  );

const withDeadline = (deadlineS: number): Scenario =>
  scenario(`Q${deadlineS}`, `as Ab, waiting at most ${deadlineS} s`, {
    keys: EQUAL,
    traffic: { bursts },
    deadlineMs: 1000 * deadlineS,
  });

export const SCENARIOS: readonly Scenario[] = [
  scenario('A', 'equal keys, smooth', { keys: EQUAL }),
  scenario('Ab', 'equal keys, bursts', { keys: EQUAL, traffic: { bursts } }),
  scenario('As', 'small equal keys, bursts', {
    keys: SMALL,
    traffic: { bursts, longestPromptTokens: 60_000 },
  }),
  scenario('Bb', 'unequal keys, bursts', { keys: UNEQUAL, traffic: { bursts } }),
  scenario('K', 'requests and tokens skewed against each other, smooth', { keys: SKEWED }),
  scenario('Kb', 'requests and tokens skewed against each other, bursts', {
    keys: SKEWED,
    traffic: { bursts },
  }),
  scenario('G10', 'equal keys, batches of 20', { keys: EQUAL, traffic: { batch } }),
  scenario('G1', 'equal keys, batches of 20, request burst of 1 s', {
    keys: EQUAL,
    traffic: { batch },
    requestBurstMs: 1000,
  }),
  scenario('H', 'as Ab, and somebody else uses half of one key', {
    keys: EQUAL,
    traffic: { bursts },
    hidden: { key: 0, share: 0.5 },
  }),
  ...[1000, 10_000, 60_000].map((burstMs) => unknownBurst(`P${burstMs / 1000}`, burstMs)),
  scenario('C', 'equal keys that refund unused output, bursts', {
    keys: REFUNDING,
    traffic: { bursts },
    refunds: true,
  }),
  scenario('D', 'equal keys with fixed windows, smooth', {
    keys: EQUAL.map((key, i) => ({ ...key, phaseMs: 17_000 * i })),
    refill: 'fixed',
  }),
  ...[0, 2, 5, 15, 30, 60, 120].map(withDeadline),
  scenario('F', 'one tenant offers 130 % of capacity, two offer 15 % each', {
    keys: EQUAL,
    traffic: { tenantShares: [1.3 / 1.6, 0.15 / 1.6, 0.15 / 1.6] },
    loads: [1.6],
  }),
  scenario('N', 'a vendor without limits, bursts', {
    keys: EQUAL,
    traffic: { bursts },
    isUnlimited: true,
    measuredFromMs: 0,
    loads: [2],
  }),
];

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** What the vendor counts in the end, per request, tokens. */
const meanCharge = ({ refunds }: Scenario): number =>
  refunds ? MEAN_TOKENS.used : MEAN_TOKENS.upfront;

/** What all keys together can serve of this workload: the scarcer of tokens and requests decides. */
export const capacityTokensPerS = (of: Scenario): number => {
  const tokens = sum(of.keys.map(({ tpm }) => tpm)) / 60;
  const requests = sum(of.keys.map(({ rpm }) => rpm)) / 60;
  const served = Math.min(tokens, requests * meanCharge(of));
  const { hidden } = of;
  if (hidden === undefined) return served;
  const taken = (hidden.share * of.keys[hidden.key]!.tpm) / 60;
  return served * (1 - taken / tokens);
};

/** Mean arrivals per second at `load`. */
export const requestsPerS = (of: Scenario, load: number): number =>
  (load * capacityTokensPerS(of)) / meanCharge(of);

/** All limits in one key: what a single pool of the same size would be. */
export const pooled = (of: Scenario): Scenario => {
  const { hidden, ...rest } = of;
  const tokens = sum(of.keys.map(({ tpm }) => tpm));
  const taken = hidden === undefined ? 0 : hidden.share * of.keys[hidden.key]!.tpm;
  return { ...rest, keys: [{ tpm: tokens - taken, rpm: sum(of.keys.map(({ rpm }) => rpm)) }] };
};
