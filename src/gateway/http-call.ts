import type { IncomingMessage, ServerResponse } from 'node:http';
import { CallAbort, type CallSignal } from '#core/call-signal.ts';
import { SpillwayError } from '#core/errors.ts';
import { newCallId } from '#core/ids.ts';
import type { Pass } from '#keys/pass.ts';
import type { GatewayCall, GatewayDeps, Progress } from '#gateway/call.ts';
import type { ChunkedBody } from '#gateway/chunked-body.ts';
import type { JsonArray } from '#gateway/json-array.ts';
import type { ChatDialect } from '#wire/dialect.ts';

/** One HTTP request being answered. */
export interface HttpCall {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** The path without its query. */
  readonly path: string;
  readonly id: string;
  /** Monotonic, ms. */
  readonly arrivedAt: number;
  /** The same instant, Unix epoch ms. */
  readonly wallMs: number;
  /** Aborted as soon as the caller has left, or the process can wait no longer. */
  readonly signal: CallSignal;
  readonly progress: Progress;
  /** What stands in the places of the route's path that are open: a model's name, an id. */
  params: Readonly<Record<string, string>>;
  /** Whether it has had a whole answer: what comes after that is not for its caller. */
  isAnswered: boolean;
  /** The caller's, on paths where models answer: errors are told in it. */
  dialect?: ChatDialect;
  /** Where its caller reads a stream as one array: the elements so far. */
  array?: JsonArray;
  /** What its record of spend calls it; absent where none is written. */
  callType?: string | undefined;
  /** Of an answer that is told piece by piece, once its head is written. */
  body?: ChunkedBody;
  /** What has been read of it, as soon as its body has been: it may be refused even so. */
  call?: GatewayCall;
  /** Whose request it is, once that is known: a word for whoever shares and limits, never a key. */
  caller: string;
  /** Of the virtual key that it came with, once that is known. */
  pass?: Pass;
}

const NO_PARAMS = {};

/** What a client may call its own request: printable, short, safe in a header and in a log. */
const CLIENT_ID = /^[\w.:-]{1,128}$/;

export const createHttpCall = (
  { clock, lifecycle }: GatewayDeps,
  req: IncomingMessage,
  res: ServerResponse,
): HttpCall => {
  const signal = new CallAbort();
  const underWay = { res, place: -1, abort: (reason: SpillwayError) => signal.abort(reason) };
  lifecycle.began(underWay);
  res.on('close', () => {
    lifecycle.over(underWay);
    if (!res.writableFinished)
      signal.abort(new SpillwayError('client_closed', 'The caller left before the answer.'));
  });
  const given = req.headers['x-litellm-call-id'];
  const wallMs = clock.wall();
  const id = typeof given === 'string' && CLIENT_ID.test(given) ? given : newCallId(wallMs);
  const path = pathOf(req);
  return {
    req,
    res,
    path,
    id,
    arrivedAt: clock.now(),
    wallMs,
    signal,
    progress: {},
    params: NO_PARAMS,
    isAnswered: false,
    caller: '',
  };
};

/** The path without its query. */
export const pathOf = ({ url = '/' }: IncomingMessage): string => {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
};
