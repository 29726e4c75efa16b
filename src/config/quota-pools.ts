import type { Dimension } from '#core/quota.ts';
import { z } from '#core/schema.ts';
import type { Deployment } from '#config/loaded.ts';
import type { QuotaPool, StatedLimit } from '#config/loaded-quota.ts';
import { decimal, milliseconds, name, whole } from '#config/values.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** LiteLLM's words for limits: what they count, and over how long. */
export const LIMIT_WORDS = {
  rpm: { dimension: 'requests', windowMs: MINUTE_MS },
  tpm: { dimension: 'tokens', windowMs: MINUTE_MS },
  itpm: { dimension: 'input', windowMs: MINUTE_MS },
  otpm: { dimension: 'output', windowMs: MINUTE_MS },
  rpd: { dimension: 'requests', windowMs: DAY_MS },
  tpd: { dimension: 'tokens', windowMs: DAY_MS },
} as const satisfies Record<string, { readonly dimension: Dimension; readonly windowMs: number }>;

export type LimitWord = keyof typeof LIMIT_WORDS;

const amount = whole(1, 1e12).optional();

const poolSchema = z
  .strictObject({
    rpm: amount,
    tpm: amount,
    itpm: amount,
    otpm: amount,
    rpd: amount,
    tpd: amount,
    window: z.enum(['linear', 'sliding', 'fixed']).optional(),
    burst_s: decimal(0.001, 86_400).optional(),
    max_parallel: whole(1, 1e6).optional(),
  })
  .refine(
    ({ window = 'linear', burst_s: burst }) => window === 'linear' || burst === undefined,
    'burst_s only where window is linear',
  );

/** `spillway_settings.quota_pools`: what is known of pools, by name. */
export const quotaPoolsSchema = z.record(name, poolSchema);

type Written = z.infer<typeof poolSchema>;
export type WrittenPools = z.infer<typeof quotaPoolsSchema>;

const statedLimits = (written: Written): StatedLimit[] => {
  const refill = written.window ?? 'linear';
  const words = Object.keys(LIMIT_WORDS) as LimitWord[];
  const limits = words.flatMap((word): StatedLimit[] => {
    const limit = written[word];
    if (limit === undefined) return [];
    // A day's limit in bursts of seconds would be no limit that anybody has.
    const burst = LIMIT_WORDS[word].windowMs === MINUTE_MS ? written.burst_s : undefined;
    return [
      {
        ...LIMIT_WORDS[word],
        amount: limit,
        refill,
        ...(burst === undefined ? {} : { burstMs: milliseconds(burst) }),
      },
    ];
  });
  return written.max_parallel === undefined
    ? limits
    : [
        ...limits,
        { dimension: 'parallel', amount: written.max_parallel, windowMs: 0, refill: 'fixed' },
      ];
};

/** Every pool that is named anywhere, with its limits. */
export const loadQuotaPools = (
  written: WrittenPools,
  deployments: readonly Deployment[],
): Readonly<Record<string, QuotaPool>> => {
  const stated = new Map(
    Object.entries(written).map(([pool, limits]) => [pool, statedLimits(limits)]),
  );
  const names = new Set([
    ...stated.keys(),
    ...deployments.flatMap(({ quotaPools }) => quotaPools ?? []),
  ]);
  // Any text may be a pool's name: `constructor` must find nothing.
  const pools = Object.create(null) as Record<string, QuotaPool>;
  for (const pool of names) {
    const limits = stated.get(pool) ?? [];
    const ofRows = deployments
      .filter(({ quotaPools }) => quotaPools?.at(-1) === pool)
      .flatMap((deployment) => deployment.limits);
    pools[pool] = { limits: [...limits, ...largest(ofRows, limits)] };
  }
  return pools;
};

/** The largest limit of each kind, but for kinds that are stated. */
const largest = (limits: readonly StatedLimit[], stated: readonly StatedLimit[]): StatedLimit[] =>
  Object.values(LIMIT_WORDS).flatMap((word) => {
    const isOfKind = ({ dimension, windowMs }: StatedLimit): boolean =>
      dimension === word.dimension && windowMs === word.windowMs;
    if (stated.some(isOfKind)) return [];
    return limits
      .filter(isOfKind)
      .toSorted((a, b) => b.amount - a.amount)
      .slice(0, 1);
  });
