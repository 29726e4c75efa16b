import type { Dimension, QuotaRefusal } from '#core/quota.ts';
import { isObject, type JsonObject, own } from '#core/json.ts';
import { amount } from '#providers/amounts.ts';
import { DAY_MS, durationMs, MINUTE_MS } from '#providers/durations.ts';
import { untilMidnightMs, zoneClock } from '#providers/midnight.ts';
import type { QuotaRules } from '#providers/quota.ts';
import { quotaReader } from '#providers/quota-reader.ts';
import { isPaymentDue, type Refused } from '#providers/refusals.ts';
import { retryHintMs } from '#providers/retry-hint.ts';
import { settled, tokens } from '#providers/token-charges.ts';
import { errorText } from '#wire/error-object.ts';

/** Where days of quotas end. */
const PACIFIC = zoneClock('America/Los_Angeles');

const refusal = (refused: Refused): QuotaRefusal | undefined => {
  const { reply, error, message } = refused;
  if (isPaymentDue(refused)) return { class: 'money' };
  if (reply.status !== 429) return undefined;
  const details = objectsIn(error, 'details');
  const violations = details.flatMap((detail) => objectsIn(detail, 'violations'));
  // One of several words for it, in the message, where the details are missing.
  const named = /\bquota exceeded for \S*?(\w+_per_\w+)/i.exec(message)?.[1];
  const quotas = violations.map((violation) => errorText(violation, 'quotaId') ?? '');
  if (named !== undefined) quotas.push(named);
  const delayMs = delayIn(details) ?? refused.said.retryMs;
  // Without a quota it is capacity that ran out, whoever asks.
  if (quotas.length === 0 && delayMs === undefined) return undefined;
  // A quota of nothing is not part of the plan: no wait helps.
  const isUnpaid = violations.some((violation) => amountOf(violation) === 0);
  if (isUnpaid || /\blimit: 0\b/.test(message)) return { class: 'money' };
  return worst(reply, { quotas, violations, delayMs });
};

/** A day's quota comes with the same short delay as a minute's: only its name tells them apart. */
const worst = (
  reply: Refused['reply'],
  said: {
    readonly quotas: readonly string[];
    readonly violations: readonly JsonObject[];
    readonly delayMs: number | undefined;
  },
): QuotaRefusal => {
  const daily = said.quotas.findIndex((name) => /per_?day/i.test(name));
  const at = Math.max(daily, 0);
  const name = said.quotas[at] ?? '';
  const limit = amountOf(said.violations[at]);
  const dimension = dimensionOf(name);
  const windowMs = daily >= 0 ? DAY_MS : /per_?minute/i.test(name) ? MINUTE_MS : undefined;
  const retryMs =
    daily >= 0 ? untilMidnightMs(reply.wallMs, PACIFIC) : retryHintMs(reply, said.delayMs);
  return {
    class: daily >= 0 ? 'day' : 'minute',
    ...(dimension && { dimension }),
    ...(windowMs !== undefined && { windowMs }),
    ...(limit !== undefined && { limit }),
    ...(retryMs !== undefined && { retryMs }),
  };
};

const dimensionOf = (quota: string): Dimension | undefined => {
  if (/input_?token/i.test(quota)) return 'input';
  return /request/i.test(quota) ? 'requests' : undefined;
};

const amountOf = (violation: JsonObject | undefined): number | undefined =>
  amount(errorText(violation, 'quotaValue') ?? '');

const delayIn = (details: readonly JsonObject[]): number | undefined => {
  const delays = details.flatMap((detail) => errorText(detail, 'retryDelay') ?? []);
  return delays[0] === undefined ? undefined : durationMs(delays[0]);
};

const objectsIn = (object: JsonObject | undefined, key: string): readonly JsonObject[] => {
  const list = object && own(object, key);
  return Array.isArray(list) ? list.filter(isObject) : [];
};

/** How both of Google's endpoints limit, and speak of it: only input counts as tokens. */
export const googleQuota: QuotaRules = {
  scope: 'key',
  charge: (size) => ({ requests: 1, input: tokens(size.inputTokens) }),
  settle: (charged, usage) =>
    settled(charged, usage, ({ inputTokens }) => ({ input: tokens(inputTokens) })),
  // No header speaks of limits: all that is known comes with a refusal.
  read: quotaReader({ limits: [], refusal }),
};
