import type { ServerResponse } from 'node:http';
import type { AnswerHead } from '#gateway/answer-head.ts';

/** What Node's responses do for their own `writeHead`: it adds date, framing and connection to what it is given. */
interface HeadStore {
  readonly _storeHeader?: (begin: string, headers: readonly string[]) => void;
}

const STATUS_LINE = 'HTTP/1.1 200 OK\r\n';
const NO_FRAMING: readonly string[] = [];

/**
 * Begins an answer that is well. `writeHead` looks at each name and at each value with an expression of its
 * own, which for the thirty headers of an answer is a twelfth of all that a request takes; these lines have
 * been looked at. Where a later Node has no such store, it is `writeHead`. `head`: nothing in it says how the
 * message is framed, or what becomes of its connection. `length`: of the body, bytes; absent where it comes
 * in chunks.
 */
export const beginAnswer = (res: ServerResponse, head: AnswerHead, length?: number): void => {
  const framing = length === undefined ? NO_FRAMING : ['content-length', String(length)];
  const to: HeadStore = res as HeadStore;
  if (!to._storeHeader) {
    res.writeHead(200, [...head.pairs, ...framing]);
    return;
  }
  res.statusMessage = 'OK';
  to._storeHeader(STATUS_LINE + head.lines, framing);
};
