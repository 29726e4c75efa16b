import { hash } from 'node:crypto';
import { plainText } from '#core/plain-text.ts';
import type { Payment, SpendRecord } from '#store/spend.ts';

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
  readonly body?: string;
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

export const packed = (record: SpendRecord): PackedSpend => {
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
    who: JSON.stringify(WHO.map((name) => record[name])),
    tags: tags.length === 0 ? NONE : JSON.stringify(tags),
    payments: JSON.stringify(
      payments.map(({ kind, id: payer, sinceMs }) => [kind, payer, sinceMs]),
    ),
    more: JSON.stringify(tags.length === 0 ? more : { ...more, tags }),
    ...(body && { body: JSON.stringify(body) }),
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
