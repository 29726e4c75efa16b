import { hash } from 'node:crypto';
import { plainText } from '#core/plain-text.ts';
import type { NewSpend, Payment, SpendRecord } from '#store/spend.ts';

/**
 * A record as it goes to disk and into tables: what nobody looks into on the way stays the JSON that it
 * is stored as, and equal texts mean equal things.
 */
export interface PackedSpend {
  readonly id: string;
  /** Unix epoch ms, whole. */
  readonly startedMs: number;
  readonly endedMs: number;
  readonly isFailed: boolean;
  readonly nanos: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  /** Who asked whom, in the order of `WHO`. */
  readonly who: string;
  readonly tags: string;
  /** Kind, id and beginning of each. */
  readonly payments: string;
  /** All else, with its tags where it has some. */
  readonly more: string;
  /** What was asked and answered, where that is kept. */
  readonly body?: string | undefined;
}

/** What sums are told apart by, in the words of a record. */
export const WHO = [
  'token',
  'user',
  'team',
  'endUser',
  'group',
  'model',
  'deployment',
  'provider',
] as const satisfies readonly (keyof SpendRecord)[];

/** No tags, no payments: in most records one of them is so. */
export const NONE = '[]';

export const packed = (record: NewSpend): PackedSpend => {
  const { id, startedMs, endedMs, status, nanos, tokensIn, tokensOut } = record;
  const { tags, payments, more, body } = record;
  const { token, user, team, endUser, group, model, deployment, provider } = record;
  return {
    id,
    startedMs: Math.round(startedMs),
    endedMs: Math.round(endedMs),
    isFailed: status === 'failure',
    nanos,
    tokensIn,
    tokensOut,
    who: JSON.stringify([token, user, team, endUser, group, model, deployment, provider]),
    tags: tags.length === 0 ? NONE : JSON.stringify(tags),
    payments: paymentsText(payments),
    more: JSON.stringify(tags.length === 0 ? more : { ...more, tags }),
    body: body && JSON.stringify(body),
  };
};

/** Sums outlive requests by far: each is written out once. */
const texts = new WeakMap<Payment, string>();

const paymentText = (payment: Payment): string => {
  const known = texts.get(payment);
  if (known !== undefined) return known;
  const { kind, id, sinceMs } = payment;
  const text = JSON.stringify([kind, id, sinceMs]);
  texts.set(payment, text);
  return text;
};

const paymentsText = (payments: readonly Payment[]): string => {
  let text = '';
  for (const payment of payments)
    text += text === '' ? paymentText(payment) : `,${paymentText(payment)}`;
  return `[${text}]`;
};

export const paymentsIn = (text: string): readonly Payment[] =>
  (JSON.parse(text) as [Payment['kind'], string, number][]).map(([kind, id, sinceMs]) => ({
    kind,
    id: plainText(id),
    sinceMs,
  }));

/** By what a database knows a text of `who` again, however long it is. */
export const markOf = (who: string): string => hash('sha256', who, 'base64url');

/** The same without its end user; undefined where there is none. */
export const baseOf = (who: string): string | undefined => {
  const texts = JSON.parse(who) as string[];
  if (!texts[END_USER]) return undefined;
  return JSON.stringify(texts.with(END_USER, ''));
};

const END_USER = WHO.indexOf('endUser');
