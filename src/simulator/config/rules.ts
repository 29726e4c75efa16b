import { z } from '#core/schema.ts';
import type { Charging } from '#simulator/charging.ts';
import type { CacheRule } from '#simulator/prompt-cache.ts';
import type { MoneyRule } from '#simulator/purse.ts';
import type { RampRule } from '#simulator/ramp.ts';
import { type HeaderRule, PLAIN_HEADERS } from '#simulator/told-limits.ts';

/** By which rules a project's calls are charged, told and refused, beside its limits. */
export interface Rules {
  /** What differs from the vendor's own way to charge. */
  readonly charging?: Partial<Charging> | undefined;
  /** Whether a refused call spends a request; it does unless said otherwise. */
  readonly failedCountsRequest?: boolean | undefined;
  readonly headers?: HeaderRule | undefined;
  readonly ramp?: RampRule | undefined;
  /** The share, 0 to 1, of its limits that somebody else uses up. */
  readonly hiddenLoad?: number | undefined;
  readonly money?: MoneyRule | undefined;
  readonly cache?: CacheRule | undefined;
}

const MOST_TOKENS = 10_000_000;
const LONGEST_S = 86_400;
const MOST_USD = 1_000_000;
const share = z.number().min(0).max(1);
const usdPerMillion = z.number().min(0).max(100_000);

/** What a well-known model costs, US dollars for a million tokens. */
const DEFAULT_PRICE = { input: 2, output: 8 };

export const ruleFields = {
  cost: z
    .strictObject({
      prompt: z.enum(['chars4', 'tokens']).optional(),
      prompt_ratio: z.number().positive().max(100).optional(),
      output: z.enum(['max_tokens', 'actual', 'burndown5']).optional(),
      default_max: z.int().min(0).max(MOST_TOKENS).optional(),
      combine: z.enum(['sum', 'max']).optional(),
      cached: z.enum(['free', 'charged']).optional(),
    })
    .optional(),
  settle: z.enum(['none', 'refund_unused', 'add_actual']).optional(),
  failed_counts_request: z.boolean().optional(),
  headers: z
    .strictObject({
      emit: z.enum(['always', 'never']).default(PLAIN_HEADERS.emit),
      omit_prob: share.default(PLAIN_HEADERS.omitProb),
      lag_ms: z.int().min(0).max(600_000).default(PLAIN_HEADERS.lagMs),
      round: z.int().min(1).max(MOST_TOKENS).default(PLAIN_HEADERS.round),
    })
    .optional(),
  ramp: z
    .strictObject({
      above_itpm: z.int().min(0).default(1_000_000),
      max_growth: z.number().min(0).max(100).default(0.5),
      window_s: z.number().min(60).max(LONGEST_S).default(900),
    })
    .optional(),
  hidden_load: share.optional(),
  money: z
    .strictObject({
      left_usd: z.number().min(0).max(MOST_USD),
      usd_per_mtok: z
        .strictObject({ input: usdPerMillion, output: usdPerMillion })
        .default(DEFAULT_PRICE),
    })
    .optional(),
  cache: z
    .strictObject({
      ttl_s: z.number().min(1).max(LONGEST_S).default(300),
      min_tokens: z.int().min(0).max(MOST_TOKENS).default(1024),
    })
    .optional(),
};

const rulesSchema = z.strictObject(ruleFields);

/** The fields in our words; what a file leaves out is absent. */
export const rulesOf = (fields: z.output<typeof rulesSchema>): Rules => {
  const { cost, settle, failed_counts_request, headers, ramp, hidden_load, money, cache } = fields;
  return {
    ...((cost ?? settle) && { charging: chargingOf({ ...cost, settle }) }),
    ...(failed_counts_request !== undefined && { failedCountsRequest: failed_counts_request }),
    ...(headers && {
      headers: {
        emit: headers.emit,
        omitProb: headers.omit_prob,
        lagMs: headers.lag_ms,
        round: headers.round,
      },
    }),
    ...(ramp && {
      ramp: {
        aboveTpm: ramp.above_itpm,
        maxGrowth: ramp.max_growth,
        windowMs: ramp.window_s * 1000,
      },
    }),
    ...(hidden_load !== undefined && { hiddenLoad: hidden_load }),
    ...(money && { money: { leftUsd: money.left_usd, usdPerMillion: money.usd_per_mtok } }),
    ...(cache && { cache: { ttlMs: cache.ttl_s * 1000, minTokens: cache.min_tokens } }),
  };
};

type CostFields = NonNullable<z.output<typeof rulesSchema>['cost']> & {
  readonly settle?: Charging['settle'] | undefined;
};

const chargingOf = (fields: CostFields): Partial<Charging> => {
  const { prompt, prompt_ratio, output, default_max, combine, cached, settle } = fields;
  return {
    ...(prompt && { prompt }),
    ...(prompt_ratio !== undefined && { promptRatio: prompt_ratio }),
    ...(output && { output }),
    ...(default_max !== undefined && { defaultMax: default_max }),
    ...(combine && { combine }),
    ...(cached && { cachedFree: cached === 'free' }),
    ...(settle && { settle }),
  };
};
