import type { Dimension, ToldLimit } from '#core/quota.ts';
import { amount } from '#providers/amounts.ts';
import { DAY_MS, durationMs, MINUTE_MS } from '#providers/durations.ts';
import { untilMs } from '#providers/instants.ts';
import type { QuotaReply } from '#providers/quota.ts';

/** The headers that speak of one limit, by a vendor's names in lower case. */
export interface LimitHeaders {
  readonly dimension: Dimension;
  /** Absent where a vendor tells limits of a minute and of a day by the same names. */
  readonly windowMs?: number;
  readonly limit: string;
  readonly remaining: string;
  readonly reset?: string;
}

/** The names that most vendors share. */
export const STANDARD_LIMITS: readonly LimitHeaders[] = (['requests', 'tokens'] as const).map(
  (dimension) => ({
    dimension,
    limit: `x-ratelimit-limit-${dimension}`,
    remaining: `x-ratelimit-remaining-${dimension}`,
    reset: `x-ratelimit-reset-${dimension}`,
  }),
);

/** What the headers of an answer tell of each limit; one that cannot be true is left out. */
export const readLimits = (
  reply: QuotaReply,
  families: readonly LimitHeaders[],
): readonly ToldLimit[] => families.flatMap((names) => readLimit(reply, names) ?? []);

const readLimit = (reply: QuotaReply, names: LimitHeaders): ToldLimit | undefined => {
  const limit = amount(text(reply, names.limit)) || undefined;
  const remaining = amount(text(reply, names.remaining));
  if (limit === undefined && remaining === undefined) return undefined;
  // Somewhat more than the limit is rounding; far more, and one of the two is false.
  if (limit !== undefined && remaining !== undefined && remaining > 2 * limit) return undefined;
  const left =
    limit === undefined || remaining === undefined ? remaining : Math.min(remaining, limit);
  const resetMs = readReset(reply, names.reset);
  const windowMs =
    names.windowMs ?? windowOf({ limit: limit ?? 0, left: left ?? 0, resetMs: resetMs ?? 0 });
  return {
    dimension: names.dimension,
    windowMs,
    ...(limit !== undefined && { limit }),
    ...(left !== undefined && { remaining: left }),
    // Whatever is left, all of it is back after a window: a longer time is about something else.
    ...(resetMs !== undefined && resetMs <= 2 * windowMs && { resetMs }),
  };
};

const text = ({ headers }: QuotaReply, name: string | undefined): string => {
  const value = name === undefined ? undefined : headers[name];
  return typeof value === 'string' ? value : '';
};

const readReset = (reply: QuotaReply, name: string | undefined): number | undefined => {
  const said = text(reply, name);
  const ms = durationMs(said) ?? untilMs(said, reply);
  return ms === undefined ? undefined : Math.max(ms, 0);
};

/** A window looks like a day's when the used share would take so long, ms, to come back in full. */
const LEAST_DAY_MS = 600_000;
const MOST_DAY_MS = 2 * DAY_MS;

/**
 * A minute or a day, whichever explains that what is used comes back within `resetMs`: of 10,000
 * requests one takes 6 ms by the minute and 8.64 s by the day. A minute where nothing tells.
 */
const windowOf = (told: { limit: number; left: number; resetMs: number }): number => {
  const { limit, left, resetMs } = told;
  const wholeMs = left < limit ? (resetMs * limit) / (limit - left) : 0;
  return wholeMs > LEAST_DAY_MS && wholeMs <= MOST_DAY_MS ? DAY_MS : MINUTE_MS;
};
