import type { Cost, Dimension, QuotaRefusal } from '#core/quota.ts';
import { type Answer, holdsBack, lower, ownOf, uncounted } from '#ledger/answer.ts';
import { FixedBucket } from '#ledger/fixed.ts';
import { isAmount, isCount, isDimension, isWindow } from '#ledger/limit.ts';
import { LinearBucket } from '#ledger/linear.ts';
import { MAX_BLOCK_MS } from '#ledger/obstacles.ts';
import type { Standing } from '#ledger/standing.ts';

/** When an account is asked again that somebody has to pay for, and a size that was too large. */
const PROBE_MS = 3_600_000;

/** How long a call is held back that by all numbers would have had room. */
const UNEXPLAINED_MS = 1000;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** What a refusal teaches about an account. The refused call itself is ended by its caller. */
export const learnRefusal = (refusal: QuotaRefusal, answer: Answer): void => {
  const { obstacles } = answer.account;
  const { now } = answer;
  const retryMs = retryOf(refusal);
  switch (refusal.class) {
    case 'money':
      return obstacles.park(now + PROBE_MS, now);
    case 'day':
      learnDay(refusal, answer);
      return obstacles.park(now + (retryMs ?? PROBE_MS), now);
    case 'size':
      return learnSize(refusal, answer);
    case 'ramp':
      if (retryMs !== undefined) obstacles.park(now + retryMs, now);
      return slowDown(answer, { isPatient: false, retryMs });
    case 'minute':
      return learnMinute(refusal, answer);
  }
};

/**
 * Numbers are taken over, and hold back exactly what does not fit. Without them calls of this size
 * wait as long as the upstream says; where it does not say, or no limit is known that could explain
 * it, the account goes slower.
 */
const learnMinute = (refusal: QuotaRefusal, answer: Answer): void => {
  if (isCount(refusal.requested) && refusal.requested > (refusal.limit ?? Infinity))
    return learnSize(refusal, answer);
  const before = knownLimit(refusal, answer);
  const standing = statedLimit(refusal, answer, MINUTE_MS) ?? before;
  if (standing === undefined) return learnUnknown(refusal, answer);
  const isExact = learnLevel(standing, refusal, answer);
  const isShrunk = before !== undefined && shrinkBurst(before, answer, isEmpty(refusal));
  if (before?.bucket instanceof LinearBucket && answer.share)
    before.bucket.widenFloor(answer.share.takenAt, answer.now);
  if (isExact && (answer.share === undefined || holdsBack(standing, answer))) return;
  lowerBelowOwn(standing, answer);
  const retryMs = retryOf(refusal);
  if (retryMs !== undefined) holdBack(refusal, answer, retryMs);
  else if (isExact && !isShrunk) holdBack(refusal, answer, overdueMs(refusal, standing));
  if (!isExact && !isShrunk) slowDown(answer, { isPatient: retryMs !== undefined, retryMs });
};

/**
 * Nothing is known of the limit that it speaks of, if it names one at all. Where all that is known
 * would have let the call through, requests are the likeliest to be counted by shorter windows.
 */
const learnUnknown = (refusal: QuotaRefusal, answer: Answer): void => {
  const { account } = answer;
  const retryMs = retryOf(refusal);
  if (retryMs !== undefined) holdBack(refusal, answer, retryMs);
  if (account.known.some((standing) => holdsBack(standing, answer))) return;
  const requests = account.find('requests');
  if (refusal.dimension === undefined && requests && shrinkBurst(requests, answer, false))
    return lowerBelowOwn(requests, answer);
  slowDown(answer, { isPatient: retryMs !== undefined && account.known.length > 0, retryMs });
};

/** It had no room for this call, whatever we thought. */
const lowerBelowOwn = (standing: Standing, answer: Answer): void => {
  const { dimension } = standing;
  if (answer.share === undefined) return;
  lower(standing, ownOf(answer, dimension) - 1 - uncounted(answer, dimension), answer.now);
};

/** Until so much is back that was asked beyond the limit, by the upstream's own count. */
const overdueMs = ({ limit, used, requested }: QuotaRefusal, standing: Standing): number => {
  const overdue = isCount(requested) ? used! + requested - limit! : 0;
  return overdue > 0 ? Math.ceil((overdue * standing.windowMs) / limit!) : UNEXPLAINED_MS;
};

/**
 * The limit that an upstream names is met by portions of its window when calls are refused for which
 * it had room. False where it is of another kind, or was spent one by one already.
 */
const shrinkBurst = (standing: Standing, { share, now }: Answer, isEmpty: boolean): boolean => {
  const { bucket, dimension } = standing;
  if (dimension !== 'requests' || !(bucket instanceof LinearBucket)) return false;
  let taking = share?.taking;
  while (taking && taking.bucket !== bucket) taking = taking.before;
  if (taking === undefined || bucket.capacity <= taking.amount) return false;
  bucket.shrinkBurst(taking.mark, { now, isEmpty });
  return true;
};

/** Nothing is left, in the upstream's own words. */
const isEmpty = ({ limit, used }: QuotaRefusal): boolean =>
  isCount(used) && limit !== undefined && used >= limit;

const learnDay = (refusal: QuotaRefusal, answer: Answer): void => {
  const { now } = answer;
  const standing = isCount(refusal.used)
    ? statedLimit(refusal, answer, DAY_MS)
    : knownLimit(refusal, answer);
  if (standing === undefined) return;
  if (!learnLevel(standing, refusal, answer))
    lower(standing, -uncounted(answer, standing.dimension), now);
  const retryMs = retryOf(refusal);
  if (standing.bucket instanceof FixedBucket && retryMs !== undefined)
    standing.bucket.endAt(now + retryMs, now);
};

/** A stated limit calls it too large for ever; else its size is remembered until it is tried again. */
const learnSize = (refusal: QuotaRefusal, answer: Answer): void => {
  const { account, now } = answer;
  const standing = statedLimit(refusal, answer, MINUTE_MS);
  if (standing && ownOf(answer, standing.dimension) > standing.largest) return;
  const cost = sizeOf(refusal, answer);
  if (cost) account.obstacles.block(cost, { until: now + PROBE_MS, tooLarge: true, now });
};

const sizeOf = ({ dimension, requested }: QuotaRefusal, answer: Answer): Cost | undefined => {
  if (isDimension(dimension)) {
    const own = ownOf(answer, dimension) || (isAmount(requested) ? requested : 0);
    return own > 0 ? { [dimension]: own } : undefined;
  }
  const tokens = (['tokens', 'input', 'output'] as const)
    .map((dimension) => [dimension, ownOf(answer, dimension)] as const)
    .filter(([, own]) => own > 0);
  return tokens.length > 0 ? Object.fromEntries(tokens) : undefined;
};

/**
 * True when it says both numbers. Of what a call was refused for, the level then is known, less what
 * was sent after it; where ours is another limit or spent by portions, it can only be lower.
 */
const learnLevel = (standing: Standing, { limit, used }: QuotaRefusal, answer: Answer): boolean => {
  if (!isAmount(limit) || !isCount(used)) return false;
  const level = Math.floor(limit - used) - uncounted(answer, standing.dimension);
  answer.account.told(standing.dimension, answer.share);
  if (standing.isWhole && standing.amount === limit) standing.bucket.set(level, answer.now);
  else lower(standing, level, answer.now);
  return true;
};

/** The limit it speaks of, where it is known already. */
const knownLimit = (
  { dimension, windowMs, limit }: QuotaRefusal,
  { account }: Answer,
): Standing | undefined =>
  isDimension(dimension) ? account.spokenOf(dimension, windowMs, limit) : undefined;

/** The limit it speaks of, where it says how much that is. */
const statedLimit = (
  { dimension, limit, windowMs }: QuotaRefusal,
  { account, now }: Answer,
  orWindowMs: number,
): Standing | undefined => {
  if (!isDimension(dimension) || !isAmount(limit)) return undefined;
  const known = account.spokenOf(dimension, windowMs, limit);
  if (known) {
    known.tell(limit, 'refusal', now);
    return known;
  }
  const window = isWindow(windowMs) ? windowMs : orWindowMs;
  const stated = { dimension, amount: limit, windowMs: window, refill: 'linear' } as const;
  return account.limit(stated, 'refusal', now);
};

/** Calls of at least this size, in the dimension that was named or else in all. */
const holdBack = ({ dimension }: QuotaRefusal, answer: Answer, waitMs: number): void => {
  const { account, share, now } = answer;
  const own = isDimension(dimension) ? ownOf(answer, dimension) : 0;
  const cost: Cost = own > 0 ? { [dimension as Dimension]: own } : (share?.cost ?? {});
  account.obstacles.block(cost, { until: now + waitMs, tooLarge: false, now });
};

const retryOf = ({ retryMs }: QuotaRefusal): number | undefined =>
  retryMs !== undefined && retryMs > 0 ? Math.min(retryMs, MAX_BLOCK_MS) : undefined;

/** Patient: not for the first refusal within a minute, which may have been a mistake of ours. */
const slowDown = (
  { account, share, now }: Answer,
  { isPatient, retryMs }: { readonly isPatient: boolean; readonly retryMs: number | undefined },
): void => {
  const sentAt = share?.takenAt ?? now;
  const isAgain = account.isRefusedAgain(sentAt, now);
  if (isPatient && !isAgain) return;
  account.pace.halve({ cost: share?.cost ?? {}, sentAt, retryMs }, now);
  account.relist();
};
