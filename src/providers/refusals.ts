import type { Dimension, QuotaRefusal } from '#core/quota.ts';
import type { JsonObject } from '#core/json.ts';
import { DAY_MS } from '#providers/durations.ts';
import { type LimitText, readLimitText } from '#providers/limit-texts.ts';
import type { QuotaReply } from '#providers/quota.ts';
import { retryHintMs } from '#providers/retry-hint.ts';
import { errorText, parseErrorObject } from '#wire/error-object.ts';

/** A failed answer with its words; what it did not say is empty. */
export interface Refused {
  readonly reply: QuotaReply;
  readonly type: string;
  readonly code: string;
  readonly message: string;
  /** The error as it was said, for what only one vendor has. */
  readonly error: JsonObject | undefined;
  /** What the message says of a limit. */
  readonly said: LimitText;
}

/** Larger bodies are not what a vendor says of a limit. */
const MOST_BODY_CHARS = 65_536;

export const readRefused = (reply: QuotaReply): Refused => {
  const { body } = reply;
  const error = body !== '' && body.length <= MOST_BODY_CHARS ? parseErrorObject(body) : undefined;
  const field = (key: string): string => errorText(error, key) ?? '';
  const message = field('message');
  return {
    reply,
    type: field('type'),
    code: field('code'),
    message,
    error,
    said: readLimitText(message),
  };
};

/** A refusal for a limit, out of its words and headers; `of` is what only this vendor's words say. */
export const limitRefusal = ({ reply, type, said }: Refused, of?: Dimension): QuotaRefusal => {
  const { tooLarge, retryMs: saidMs, organization: _, ...numbers } = said;
  const dimension = numbers.dimension ?? of ?? counted(type);
  const retryMs = tooLarge ? undefined : retryHintMs(reply, saidMs);
  return {
    ...numbers,
    class: tooLarge ? 'size' : waitClass(retryMs, numbers.windowMs),
    ...(dimension && { dimension }),
    ...(retryMs !== undefined && { retryMs }),
  };
};

/** A type of error that is the name of a dimension: a field that several vendors share. */
const counted = (type: string): Dimension | undefined =>
  type === 'requests' || type === 'tokens' ? type : undefined;

/** A refusal of which no more is known than how long to wait, if that. */
export const waitRefusal = (reply: QuotaReply): QuotaRefusal => {
  const retryMs = retryHintMs(reply);
  return { class: waitClass(retryMs), ...(retryMs !== undefined && { retryMs }) };
};

/** From here on a wait is no matter of minutes. */
const LONG_MS = 600_000;

/** A told wait is long or short by itself; otherwise the limit's window says. */
const waitClass = (retryMs: number | undefined, windowMs = 0): 'minute' | 'day' =>
  (retryMs === undefined ? windowMs >= DAY_MS : retryMs > LONG_MS) ? 'day' : 'minute';

/** Traffic that grows too fast, although it is under its limits. */
export const rampRefusal = ({ reply, said }: Refused): QuotaRefusal => {
  const retryMs = retryHintMs(reply, said.retryMs);
  return { class: 'ramp', ...(retryMs !== undefined && { retryMs }) };
};

/** Codes for a bill to pay or a spending limit to raise; vendors copy them from one another. */
const PAYMENT = new Set([
  'insufficient_quota',
  'billing_hard_limit_reached',
  'billing_not_active',
  'credit_balance_exhausted',
  'organization_spend_limit_exceeded',
  'project_spend_limit_exceeded',
  'organization_usage_limit_exceeded',
]);

export const isPaymentDue = ({ reply, type, code }: Refused): boolean =>
  reply.status === 402 || PAYMENT.has(code) || PAYMENT.has(type);
