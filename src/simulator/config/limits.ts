import { z } from '#core/schema.ts';
import {
  DAY_MS,
  DIMENSIONS,
  type Limit,
  MINUTE_MS,
  mostPerWindow,
  REFILLS,
} from '#simulator/limit.ts';
import { isTimeZone } from '#simulator/midnight.ts';
import type { Profile } from '#simulator/profiles/profile.ts';
import type { ShortLimits, StatedLimit } from '#simulator/short-limits.ts';

/** Limits per model: in people's words, and beside them of any dimension, window and kind. */
export interface Limits extends ShortLimits {
  readonly buckets?: readonly StatedLimit[] | undefined;
}

const MOST_BUCKETS = 20;
const LONGEST_WINDOW_S = 31 * 86_400;
const DEFAULT_WINDOW_S = 60;

const perMinute = z.int().min(1).max(mostPerWindow(MINUTE_MS)).optional();
const perDay = z.int().min(1).max(mostPerWindow(DAY_MS)).optional();
const seconds = z.number().min(0.001).max(LONGEST_WINDOW_S);
const asMs = (s: number): number => Math.round(s * 1000);

const bucketSchema = z
  .strictObject({
    dim: z.enum(DIMENSIONS),
    limit: z.int().min(1),
    per_s: seconds.default(DEFAULT_WINDOW_S),
    model: z.enum(REFILLS).default('linear'),
    burst_s: seconds.optional(),
    reset_tz: z
      .string()
      .max(100)
      .refine(isTimeZone, 'a time zone, such as Europe/Berlin')
      .optional(),
    headers: z.boolean().optional(),
  })
  .superRefine((bucket, context) => {
    const complain = (path: keyof typeof bucket, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    const { limit, per_s, model, burst_s, reset_tz } = bucket;
    const most = mostPerWindow(asMs(per_s));
    if (limit > most) complain('limit', `at most ${most} per ${per_s} s`);
    if (burst_s !== undefined && model !== 'linear')
      complain('burst_s', `none: a ${model} limit can be spent at once`);
    if (burst_s !== undefined && burst_s > per_s)
      complain('burst_s', `at most per_s, which is ${per_s}`);
    if (reset_tz !== undefined && (model !== 'fixed' || asMs(per_s) !== DAY_MS))
      complain('reset_tz', 'none: only a fixed limit of a day (per_s: 86400) ends at midnight');
  })
  .transform(({ dim, limit, per_s, model, burst_s, reset_tz, headers }): StatedLimit => ({
    dimension: dim,
    limit,
    windowMs: asMs(per_s),
    refill: model,
    ...(burst_s !== undefined && { burstMs: asMs(burst_s) }),
    ...(reset_tz !== undefined && { resetZone: reset_tz }),
    ...(headers !== undefined && { shown: headers }),
  }));

/** The fields that state limits, for a project and for the organisation alike. */
export const limitFields = {
  rpm: perMinute,
  rpd: perDay,
  tpm: perMinute,
  tpd: perDay,
  itpm: perMinute,
  otpm: perMinute,
  buckets: z.array(bucketSchema).max(MOST_BUCKETS).optional(),
};

/** All limits that somebody states, the words first, as the vendor understands them. */
export const statedLimits = (
  scope: Limit['scope'],
  { buckets = [], ...words }: Limits,
  profile: Profile,
): Limit[] => [...profile.limits(words), ...buckets].map((limit) => ({ scope, ...limit }));
