import { isObject, own } from '#core/json.ts';
import { plainText } from '#core/plain-text.ts';
import type { PackedSpend } from '#store/packed-spend.ts';
import { moreIn } from '#store/spend-read.ts';
import type { Tables } from '#store/tables.ts';

/** What of a message can be looked for, UTF-16 units. */
const MOST_MESSAGE = 4_000;
const MOST_SESSION = 200;
/** As it is shown where nobody said a status. */
const USUAL_CODE = 500;

/** What some records have and can be found by: rows beside theirs. */
export interface Traits {
  readonly session?: Tables['spend_sessions'];
  readonly error?: Tables['spend_errors'];
}

/** Most records have none, and are not read for it. */
export const traitsOf = ({ startedMs, id, more }: PackedSpend): Traits | undefined => {
  if (!more.includes('"session_id":') && !more.includes('"error":')) return undefined;
  const told = moreIn(more);
  const key = { started_ms: startedMs, id };
  const session = own(told, 'session_id');
  const error = own(told, 'error');
  return {
    ...(typeof session === 'string' &&
      session !== '' && { session: { ...key, session: sessionText(session) } }),
    ...(isObject(error) && {
      error: {
        ...key,
        code: codeIn(own(error, 'status')),
        message: cut(textIn(own(error, 'message')), MOST_MESSAGE),
      },
    }),
  };
};

/** A session's id as it is kept. */
export const sessionText = (text: string): string => cut(text, MOST_SESSION);

const codeIn = (status: unknown): number =>
  typeof status === 'number' && Number.isSafeInteger(status) ? status : USUAL_CODE;

const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');

const cut = (text: string, most: number): string => plainText(text.slice(0, most));
