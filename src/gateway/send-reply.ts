import type { SpillwayError } from '#core/errors.ts';
import type { Json } from '#core/json.ts';
import { atTurnEnd } from '#core/turn-end.ts';
import type { AnswerHead } from '#gateway/answer-head.ts';
import { beginAnswer } from '#gateway/begin-answer.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import { ERROR_HEADER, errorBody } from '#gateway/error-envelope.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { baseHeaders } from '#gateway/reply-headers.ts';
import type { WholeAnswer } from '#gateway/whole-exchange.ts';

/** Clients' libraries take no wait beyond a minute for an answer, and try again after a second or two. */
const LONGEST_WAIT_MS = 60_000;
const TOO_MANY = 429;
const JSON_TYPE = 'content-type: application/json\r\n';
/** Up to so many bytes a body goes out in one piece with its head: copying is cheaper than a second piece. */
const ONE_PIECE_BYTES = 16_384;

interface Body extends Pick<WholeAnswer, 'bytes' | 'text'> {
  readonly head: AnswerHead;
}

export const sendBytes = (
  http: Pick<HttpCall, 'res' | 'isAnswered'>,
  status: number,
  { head, bytes, text }: Body,
): void => {
  head.addLines(JSON_TYPE);
  const { res } = http;
  if (status === 200) beginAnswer(res, head, bytes.length);
  else res.writeHead(status, [...head.pairs, 'content-length', String(bytes.length)]);
  http.isAnswered = true;
  // As a text of one character a byte, which is how Node joins it to the head.
  const body = bytes.length > ONE_PIECE_BYTES ? bytes : (text ?? bytes.toString('latin1'));
  atTurnEnd('answer', () => res.end(body, 'latin1'));
};

export const sendJson = (deps: GatewayDeps, http: HttpCall, body: Json): void => {
  const bytes = Buffer.from(JSON.stringify(body));
  sendBytes(http, 200, { head: baseHeaders(deps, http), bytes });
};

/** The caller's error. A caller that has left gets nothing. */
export const sendError = (deps: GatewayDeps, http: HttpCall, error: SpillwayError): void => {
  const { res, req } = http;
  if (res.headersSent || res.destroyed) {
    // What has been told in the answer itself is to arrive.
    if (!http.isAnswered && !http.body?.isEnded) res.destroy();
    return;
  }
  const head = baseHeaders(deps, http);
  head.add(ERROR_HEADER, error.code);
  if (error.retryAfterMs !== undefined) {
    head.add('retry-after', String(Math.ceil(error.retryAfterMs / 1000)));
    head.add('retry-after-ms', String(Math.ceil(error.retryAfterMs)));
  }
  const { limit } = error;
  if (limit) {
    head.add('rate_limit_type', limit.type);
    head.add('reset_at', limit.resetAt);
  }
  // Whoever came too often hears what is left, as with every answer.
  if (error.status === TOO_MANY) head.addLines(http.progress.bill?.told ?? '');
  if (error.isFinal || (error.retryAfterMs ?? 0) > LONGEST_WAIT_MS)
    head.add('x-should-retry', 'false');
  // What is left of the body will not be read: the socket cannot be used again.
  if (!req.complete && !isPassedOver(deps, http, error)) head.add('connection', 'close');
  const bytes = Buffer.from(JSON.stringify(errorBody(deps, http, error)));
  sendBytes(http, error.status, { head, bytes });
};

/**
 * Who had no room is told so while it still sends, and would not hear it on a socket that closes under
 * what it says: as much as a body may have is read for nothing.
 */
const isPassedOver = (
  { settings }: GatewayDeps,
  { req }: HttpCall,
  { code }: SpillwayError,
): boolean =>
  code === 'unavailable' && Number(req.headers['content-length']) <= settings.limits.requestBytes;
