import type { Dimension, ToldLimit } from '#core/quota.ts';
import type { Writable } from '#core/writable.ts';
import { amount } from '#providers/amounts.ts';
import { DAY_MS, durationMs, MINUTE_MS } from '#providers/durations.ts';
import { untilMs } from '#providers/instants.ts';
import type { QuotaReply } from '#providers/quota.ts';

/** The headers that speak of one limit, by a vendor's names in lower case. */
export interface LimitHeaders {
  readonly dimension: Dimension;
  /** Absent where limits of a minute and of a day have the same names, and their resets tell. */
  readonly windowMs?: number;
  readonly limit: string;
  readonly remaining: string;
  readonly reset?: string;
}

/** Limits under the names that most vendors share, each over its window in ms (absent: see above). */
export const standardLimits = (
  windows: { readonly [D in 'requests' | 'tokens']?: number } = {},
): readonly LimitHeaders[] =>
  (['requests', 'tokens'] as const).map((dimension) => ({
    dimension,
    ...(windows[dimension] !== undefined && { windowMs: windows[dimension] }),
    limit: `x-ratelimit-limit-${dimension}`,
    remaining: `x-ratelimit-remaining-${dimension}`,
    reset: `x-ratelimit-reset-${dimension}`,
  }));

/** What the headers of an answer tell of each limit; one that cannot be true is left out. */
export const readLimits = (
  reply: QuotaReply,
  families: readonly LimitHeaders[],
): readonly ToldLimit[] => {
  const told: ToldLimit[] = [];
  for (const names of families) {
    const limit = readLimit(reply, names);
    if (limit) told.push(limit);
  }
  return told;
};

const readLimit = (reply: QuotaReply, names: LimitHeaders): ToldLimit | undefined => {
  const limitText = text(reply, names.limit);
  const remainingText = text(reply, names.remaining);
  if (limitText === '' && remainingText === '') return undefined;
  const limit = amount(limitText) || undefined;
  const remaining = amount(remainingText);
  if (limit === undefined && remaining === undefined) return undefined;
  // Somewhat more than the limit is rounding; far more, and one of the two is false.
  if (limit !== undefined && remaining !== undefined && remaining > 2 * limit) return undefined;
  const left =
    limit === undefined || remaining === undefined ? remaining : Math.min(remaining, limit);
  const reset = text(reply, names.reset);
  const resetMs = readReset(reset, reply);
  const windowMs = names.windowMs ?? windowOf({ limit, left, reset, resetMs });
  const told: Writable<ToldLimit> = { dimension: names.dimension, windowMs };
  if (limit !== undefined) told.limit = limit;
  if (left !== undefined) told.remaining = left;
  // Whatever is left, all of it is back after a window: a longer time is about something else.
  if (resetMs !== undefined && resetMs <= 2 * windowMs) told.resetMs = resetMs;
  return told;
};

const text = ({ headers }: QuotaReply, name: string | undefined): string => {
  const value = name === undefined ? undefined : headers[name];
  return typeof value === 'string' ? value : '';
};

const readReset = (reset: string, reply: QuotaReply): number | undefined => {
  const ms = durationMs(reset) ?? untilMs(reset, reply);
  return ms === undefined ? undefined : Math.max(ms, 0);
};

/**
 * A minute or a day, whichever explains that what is used comes back evenly within `reset`: of 10,000
 * requests eight take 48 ms by the minute and 69 s by the day. A minute where nothing tells: less than
 * one may as well run to the end of a fixed window, as a plain number of seconds does.
 */
const windowOf = ({ limit = 0, left = limit, reset, resetMs = 0 }: Told): number => {
  if (left >= limit || resetMs <= MINUTE_MS || !/[hms]$/.test(reset)) return MINUTE_MS;
  const days = (resetMs * limit) / (limit - left) / DAY_MS;
  return days > 0.9 && days < 1.1 ? DAY_MS : MINUTE_MS;
};

interface Told {
  readonly limit: number | undefined;
  readonly left: number | undefined;
  readonly reset: string;
  readonly resetMs: number | undefined;
}
