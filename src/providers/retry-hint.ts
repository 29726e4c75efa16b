import { DAY_MS } from '#providers/durations.ts';
import { untilMs } from '#providers/instants.ts';
import type { QuotaReply } from '#providers/quota.ts';
import { retryAfterMs } from '#wire/retry-after.ts';

/**
 * How long a vendor asks us to wait, ms, 0 < wait ≤ a day: the exact header, else what its words
 * say (`saidMs`), else the header in whole seconds, or with a date. Undefined where it asks nothing.
 */
export const retryHintMs = (reply: QuotaReply, saidMs?: number): number | undefined => {
  const { headers } = reply;
  const exact = retryAfterMs({ 'retry-after-ms': headers['retry-after-ms'] });
  return exact ?? believed(saidMs) ?? retryAfterMs(headers) ?? believed(dateMs(reply));
};

const dateMs = (reply: QuotaReply): number | undefined => {
  const header = reply.headers['retry-after'];
  return typeof header === 'string' ? untilMs(header, reply) : undefined;
};

const believed = (ms: number | undefined): number | undefined =>
  ms !== undefined && ms > 0 ? Math.min(ms, DAY_MS) : undefined;
