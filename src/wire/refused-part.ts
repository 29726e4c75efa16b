import { SpillwayError } from '#core/errors.ts';
import type { Part } from '#wire/chat-request.ts';

/** A file that a vendor cannot take, by its place in the caller's body. `expected` completes "Send it". */
export const refused = ({ kind, at }: Part, expected: string): SpillwayError => {
  const which = at === undefined ? `${kind} parts of \`messages\`` : `the ${kind} at \`${at}\``;
  return new SpillwayError('invalid_request', `Send ${which} ${expected}.`, {
    param: at ?? 'messages',
  });
};
