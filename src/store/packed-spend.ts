import { hash } from 'node:crypto';
import { plainText } from '#core/plain-text.ts';
import { PaymentTexts } from '#store/payment-texts.ts';
import type { NewSpend, Payment } from '#store/spend.ts';
import { WHO, WhoTexts } from '#store/who-texts.ts';

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

/** No tags, no payments: in most records one of them is so. */
export const NONE = '[]';

const whos = new WhoTexts();
const paid = new PaymentTexts();

export const packed = (record: NewSpend): PackedSpend => {
  const { id, startedMs, endedMs, status, nanos, tokensIn, tokensOut } = record;
  const { tags, payments, more, body } = record;
  return {
    id,
    startedMs: Math.round(startedMs),
    endedMs: Math.round(endedMs),
    isFailed: status === 'failure',
    nanos,
    tokensIn,
    tokensOut,
    who: whos.of(record),
    tags: tags.length === 0 ? NONE : JSON.stringify(tags),
    payments: paid.of(payments),
    more: JSON.stringify(tags.length === 0 ? more : { ...more, tags }),
    body: body && JSON.stringify(body),
  };
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
