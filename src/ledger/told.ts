import type { ToldLimit } from '#core/quota.ts';
import { type Answer, uncounted } from '#ledger/answer.ts';
import { isAmount, isCount, isDimension, isWindow } from '#ledger/limit.ts';
import { LinearBucket } from '#ledger/linear.ts';
import type { Standing } from '#ledger/standing.ts';

/** How much of the way up a level goes on an answer's word: late and rounded numbers are common. */
const UPWARDS = 0.2;

/** Takes over a limit that an answer tells, and what it says is left. What cannot be true is ignored. */
export const learnTold = (told: ToldLimit, answer: Answer): void => {
  const { dimension, windowMs, limit, remaining, resetMs } = told;
  const { account, now } = answer;
  if (!isDimension(dimension) || !isWindow(windowMs)) return;
  if (limit !== undefined && !isAmount(limit)) return;
  const known = account.spokenOf(dimension, windowMs, limit);
  if (!known && limit !== undefined && isKnownFiner(told, limit, answer)) return;
  if (limit !== undefined) {
    if (known) known.tell(limit, 'header', now);
    else account.limit({ dimension, windowMs, amount: limit, refill: 'linear' }, 'header', now);
  }
  const standing = known ?? account.find(dimension, windowMs);
  if (standing === undefined || !isCount(remaining) || remaining > (limit ?? Infinity)) return;
  if (limit !== undefined) learnBurst(standing, { limit, remaining, resetMs, windowMs }, answer);
  syncRemaining(standing, remaining, answer);
};

/** What is told of a limit and its level. */
interface ToldLevel {
  readonly limit: number;
  readonly remaining: number;
  readonly resetMs: number | undefined;
  readonly windowMs: number;
}

const MINUTE_MS = 60_000;
/** Told bursts that are nearly the whole limit are that, in rounded numbers. */
const WHOLE = 0.7;

/**
 * What is left and what comes back until it is full again are all that a limit holds: where that is
 * far less than the limit, it is met by shorter portions.
 */
const learnBurst = (
  { bucket, dimension }: Standing,
  { limit, remaining, resetMs, windowMs }: ToldLevel,
  { now }: Answer,
): void => {
  if (dimension !== 'requests' || resetMs === undefined || windowMs !== MINUTE_MS) return;
  if (!(bucket instanceof LinearBucket)) return;
  const holds = remaining + (limit * resetMs) / windowMs;
  if (holds < WHOLE * limit) bucket.tellBurst(holds, now);
};

/**
 * Vendors speak of minutes where they count by seconds. A config that states the seconds knows
 * better: what is left of them tells nothing of a minute.
 */
const isKnownFiner = (
  { dimension, windowMs }: ToldLimit,
  limit: number,
  { account }: Answer,
): boolean =>
  account.known.some(
    (standing) =>
      standing.source === 'config' &&
      standing.dimension === dimension &&
      standing.windowMs < windowMs &&
      standing.amount / standing.windowMs <= limit / windowMs,
  );

/**
 * What was left when the call was charged, and what has come back and gone since. A lower level is
 * taken over at once: somebody else uses the same limit. A higher one only by a part, and only from
 * numbers that speak of the same limit as ours.
 */
const syncRemaining = (standing: Standing, remaining: number, answer: Answer): void => {
  const { share, now } = answer;
  const { bucket } = standing;
  const back = bucket.regained(share?.chargedAt ?? now, now);
  const target = Math.floor(remaining + back) - uncounted(answer, standing.dimension);
  if (Number.isNaN(target)) return;
  answer.account.told(standing.dimension, answer.share);
  const level = bucket.level(now);
  if (target < level) return bucket.set(target, now);
  if (!standing.isWhole || standing.toldAmount !== standing.amount) return;
  const ceiling = Math.min(target, bucket.capacity);
  bucket.set(level + Math.floor((ceiling - level) * UPWARDS), now);
};
