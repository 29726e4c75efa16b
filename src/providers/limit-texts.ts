import type { Dimension } from '#core/quota.ts';
import { amount } from '#providers/amounts.ts';
import { DAY_MS, durationMs, MINUTE_MS } from '#providers/durations.ts';

/** What the words of a refusal say of the limit that a call ran into: as much as they do. */
export interface LimitText {
  readonly dimension?: Dimension;
  readonly windowMs?: number;
  /** > 0. */
  readonly limit?: number;
  readonly used?: number;
  /** > 0. */
  readonly requested?: number;
  readonly retryMs?: number;
  readonly organization?: string;
  /** The call is larger than the limit itself. */
  readonly tooLarge: boolean;
}

/** Numbers stand early in every text that is known. */
const MOST_CHARS = 1000;

/*
 * `Rate limit reached for M in organization O on tokens per min (TPM): Limit 10000, Used 8554,
 * Requested 3082. Please try again in 9.816s.`, `Request too large for M on tokens per min (TPM):
 * Limit 30000, Requested 36055.`, `… your rate limit of 50,000 input tokens per minute …`,
 * `… have exceeded token rate limit … Please retry after 10 seconds.`
 */
const LIMIT = /\blimit:? (\d[\d,]*)|(\d[\d,]*) (?:in|out)?(?:put )?(?:requests|tokens) per /i;
const USED = /\b(?:used|current):? (\d[\d,]*)/i;
const REQUESTED = /\brequested:? (\d[\d,]*)/i;
const PER =
  /\b(?:(input|output) )?(requests?|tokens?) per (?:(\d{1,5}) )?(s\b|second|min|hour|day)/i;
const RATE = /\b(requests?|calls?|tokens?) rate limit\b/i;
const WAIT = /\b(?:try again|retry) (?:in|after) (\d[\d.hms]*[hms]|\d[\d.]*(?= seconds?\b))/i;
const ORGANIZATION = /\bin organization `?(org[-_]\w{1,64})/;
const TOO_LARGE = /\brequest too large\b/i;

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  second: 1000,
  min: MINUTE_MS,
  hour: 60 * MINUTE_MS,
  day: DAY_MS,
};

export const readLimitText = (message: string): LimitText => {
  const said = message.slice(0, MOST_CHARS);
  const limit = numberIn(LIMIT, said) || undefined;
  const used = numberIn(USED, said);
  const requested = numberIn(REQUESTED, said) || undefined;
  const wait = WAIT.exec(said)?.[1];
  const retryMs = wait === undefined ? undefined : durationMs(wait);
  const organization = ORGANIZATION.exec(said)?.[1];
  const larger = limit !== undefined && requested !== undefined && requested > limit;
  return {
    ...limited(said),
    ...(limit !== undefined && { limit }),
    ...(used !== undefined && (limit === undefined || used <= 2 * limit) && { used }),
    ...(requested !== undefined && { requested }),
    ...(retryMs !== undefined && { retryMs }),
    ...(organization !== undefined && { organization }),
    tooLarge: larger || TOO_LARGE.test(said),
  };
};

/** What is limited, and over how long. */
const limited = (said: string): { dimension?: Dimension; windowMs?: number } => {
  const [, direction, counted, times = '1', unit = ''] = PER.exec(said) ?? [];
  const windowMs = Number(times) * (UNIT_MS[unit.toLowerCase()] ?? 0);
  const dimension = dimensionOf(direction, counted ?? RATE.exec(said)?.[1]);
  return {
    ...(dimension && { dimension }),
    ...(windowMs > 0 && windowMs <= DAY_MS && { windowMs }),
  };
};

const dimensionOf = (
  direction: string | undefined,
  counted: string | undefined,
): Dimension | undefined => {
  if (counted === undefined) return undefined;
  if (!/^token/i.test(counted)) return 'requests';
  return direction === undefined ? 'tokens' : (direction.toLowerCase() as 'input' | 'output');
};

const numberIn = (pattern: RegExp, said: string): number | undefined => {
  const found = pattern.exec(said);
  return found ? amount((found[1] ?? found[2] ?? '').replace(/,$/, '')) : undefined;
};
